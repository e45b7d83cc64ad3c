# Sourced by deliver: how the cluster is asked, what must hold before anything is changed, and the lock.
# shellcheck shell=bash disable=SC2154  # root, setting and work are deliver's

namespace=counter
lock=counter-delivery
# Longer than anything between two steps takes; also for clocks of two machines that differ.
slack_seconds=300
lock_until=0

kube() {
  timeout --foreground --kill-after=5 "${setting[call-seconds]}" \
    kubectl --context="${setting[kube-context]}" --namespace="$namespace" "$@"
}

# A call that changes the cluster. Once the lock has run out, by a machine that slept, say, another may have it.
change() {
  ((SECONDS < lock_until)) || fail 7 "took longer than its lock holds, so another delivery may be under way; $state"
  kube "$@"
}

# After a call that failed: was it the call or the cluster? One that changes its leader gets more than one chance.
require_answers() {
  local attempt said
  for attempt in 1 2 3; do
    if ((attempt > 1)); then sleep 1; fi
    if said=$(kube --request-timeout=5s get --raw /version 2>&1); then return; fi
  done
  said=${said##*$'\n'}
  lock_until=0 # it cannot be released now
  fail 8 "the cluster does not answer (${said:-silent for ${setting[call-seconds]} s}); $state"
}

check_environment() {
  check_tools
  check_context
  check_url
  check_permissions
}

check_tools() {
  require_tool kubectl kubernetes-client
  require_tool jq jq
  require_tool curl curl
  require_tool tar tar
  [[ -x $root/build/bin/counter-check ]] || refuse "build/bin/counter-check is missing: run 'deliver build' first"
}

check_context() {
  require_setting kube-context
  kubectl config get-contexts "${setting[kube-context]}" -o name >/dev/null 2>&1 ||
    refuse "the kubeconfig has no context '${setting[kube-context]}'; kubectl config get-contexts lists those it has"
  require_answers
}

# counter-check itself knows what it accepts: 2 is a mistaken setting. Whether anyone answers does not matter yet.
check_url() {
  local said status=0
  require_setting url
  said=$(load --requests 1 --duration 1s 2>&1) || status=$?
  ((status != 2)) || refuse "--url or --check-flags: ${said##*$'\n'}"
}

# may VERB RESOURCE [FLAG...]
may() {
  kube auth can-i "$@" --quiet 2>/dev/null || {
    require_answers
    refuse "you may not '$*' in namespace $namespace; ask the cluster's owner for a Role that allows it"
  }
}

# What the scripts do themselves; whether the objects may be applied, the server says when it rehearses that.
check_permissions() {
  local verb
  for verb in get patch; do may "$verb" deployments.apps; done
  for verb in create get update delete; do may "$verb" configmaps; done
  may list pods
  may create pods --subresource=portforward
}

# Whoever keeps the Deployment as it is in Git would undo what is done here, or be undone by it.
check_owner() {
  local owner
  owner=$(jq -r '.metadata | (.labels // {}) + (.annotations // {}) | keys
    | map(select(test("^argocd\\.argoproj\\.io/|\\.toolkit\\.fluxcd\\.io/"))) | .[0] // empty' <<<"$deployment")
  [[ -z $owner ]] || refuse "deployment/counter belongs to GitOps ($owner); commit the digest where that reads it"
}

# Sets: deployment, as JSON; empty where there is none yet.
read_deployment() {
  deployment=$(kube get deployment counter --ignore-not-found -o json) || {
    require_answers
    refuse 'deployment/counter cannot be read (above)'
  }
}

# rehearse FILE: the server checks everything short of doing it: schemas, permissions, admission.
rehearse() {
  local said
  said=$(kube apply --dry-run=server --filename="$1" 2>&1) || {
    require_answers
    refuse "the cluster would not accept ${setting[overlay]}: ${said##*$'\n'}"
  }
}

# Of a namespace that is not there yet, the server rehearses nothing.
namespace_exists() {
  local found
  found=$(kube get namespace "$namespace" --ignore-not-found -o name) || {
    require_answers
    refuse "namespace $namespace cannot be read (above)"
  }
  [[ -n $found ]]
}

# lock_json RESOURCE_VERSION: with one, only that very version is replaced.
lock_json() {
  jq -n --arg name "$lock" --arg version "$1" --arg holder "$(id -un)@$(uname -n), process $$" \
    --argjson seconds "$lock_seconds" '
    {apiVersion: "v1", kind: "ConfigMap", metadata: {name: $name},
     data: {holder: $holder, until: (now + $seconds | floor | todateiso8601)}}
    | if $version == "" then . else .metadata.resourceVersion = $version end'
}

# One delivery at a time: a ConfigMap, which whoever may deploy may make, that holds for as long as a delivery can take.
# Creating it is atomic. One that a killed delivery left is replaced once it has run out, in the version that was read,
# so that of two only one succeeds.
take_lock() {
  local said found left
  lock_seconds=$((2 * (2 * setting[rollout-seconds] + setting[verify-seconds]) + 2 * slack_seconds))
  if ! said=$(kube create --filename=- <<<"$(lock_json '')" 2>&1); then
    found=$(kube get configmap "$lock" --ignore-not-found -o json 2>/dev/null) || true
    if [[ -z $found ]]; then require_answers && refuse "configmap/$lock, the lock, cannot be made: ${said##*$'\n'}"; fi
    left=$(jq '.data.until | fromdateiso8601 - now | ceil' <<<"$found" 2>/dev/null) ||
      refuse "configmap/$lock is no lock of a delivery: kubectl delete configmap/$lock --namespace=$namespace"
    ((left <= 0)) || fail 9 "another delivery is under way, by $(jq -r .data.holder <<<"$found"), for $left s at" \
      "most; $state; where it is dead: kubectl delete configmap/$lock --namespace=$namespace"
    kube replace --filename=- <<<"$(lock_json "$(jq -r .metadata.resourceVersion <<<"$found")")" >/dev/null 2>&1 || {
      require_answers
      fail 9 "another delivery began just now; $state"
    }
  fi
  lock_until=$((SECONDS + lock_seconds - slack_seconds))
}

# On every way out. A lock that has run out is not ours any more.
release_lock() {
  if ((SECONDS < lock_until)); then
    kube delete configmap "$lock" --ignore-not-found >/dev/null 2>&1 || say "configmap/$lock is left, and runs out"
  fi
}
