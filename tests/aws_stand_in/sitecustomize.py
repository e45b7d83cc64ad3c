"""What moto 5.2 leaves out of ElastiCache: deleted clusters go (moto's stay in "deleting"), and so do subnet groups.

On PYTHONPATH of moto's server, which knows no other way to be told.
"""

from moto.core.responses import EmptyResult
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

_mark_deleting = ElastiCacheBackend.delete_cache_cluster


def _delete_cache_cluster(self, cache_cluster_id):
    cluster = _mark_deleting(self, cache_cluster_id)
    del self.cache_clusters[cache_cluster_id]
    return cluster


def _delete_cache_subnet_group(self):
    del self.elasticache_backend.cache_subnet_groups[self._get_param("CacheSubnetGroupName")]
    return EmptyResult()


ElastiCacheBackend.delete_cache_cluster = _delete_cache_cluster
ElastiCacheResponse.delete_cache_subnet_group = _delete_cache_subnet_group
