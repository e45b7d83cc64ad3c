# Sourced by deliver: from the sources to an image in the registry. Nothing here touches the cluster.
# shellcheck shell=bash disable=SC2034,SC2154  # root, setting, work and explained are deliver's

require_digest() {
  [[ $1 =~ ^sha256:[0-9a-f]{64}$ ]] || refuse "'$1' is no digest (sha256: and 64 hexadecimal digits)"
}

step_build() {
  require_clean_tree
  "$root/scripts/install-deps" build || fail 3 'build failed'
  patiently build release bin/counter bin/counter-check || fail 3 'build failed'
}

step_test() {
  require_clean_tree
  patiently "$root/test.sh" || fail 3 'test failed'
}

# Of the program that was tested, not of one built again.
step_image() {
  local digest status=0
  require_clean_tree
  rm -f "$work/digest"
  digest=$("$root/deploy/image/build.sh" --binary "$root/build/bin/counter") || status=$?
  case $status in
    0) ;;
    2) explained=yes && exit 2 ;; # by build.sh itself
    *) fail 3 'image failed' ;;
  esac
  require_digest "$digest"
  echo "$digest" >"$work/digest"
  say "image is $digest"
}

# What step_image wrote, or --digest. Sets: digest.
read_digest() {
  digest=${setting[digest]}
  if [[ -z $digest ]]; then
    [[ -f $work/digest ]] || refuse "no digest: run 'deliver image' first, or give --digest"
    digest=$(<"$work/digest")
  fi
  require_digest "$digest"
}

# The digest that the registry has under a tag: of the bytes it sends, not of what it says about them.
registry_digest() {
  local sum tls=${setting[registry-tls-verify]}
  sum=$(skopeo inspect --raw --tls-verify="$tls" "docker://$1" 2>/dev/null | sha256sum) || return
  echo "sha256:${sum%% *}"
}

# Credentials are those of skopeo login (REGISTRY_AUTH_FILE), never an argument.
step_push() {
  local tag digest
  require_tool skopeo skopeo
  require_setting image
  require_clean_tree
  read_digest
  tag=${setting[image]}:$(checkout rev-parse HEAD)
  if [[ $(registry_digest "$tag") != "$digest" ]]; then # else an earlier run got so far
    [[ -f $root/build/image/oci/oci-layout ]] || refuse "no image in build/image/oci: run 'deliver image' first"
    patiently skopeo copy --preserve-digests --retry-times 2 --dest-tls-verify="${setting[registry-tls-verify]}" \
      "oci:$root/build/image/oci" "docker://$tag" >&2 ||
      fail 4 "push to $tag failed; 'skopeo login' gives the credentials that it may need"
    [[ $(registry_digest "$tag") == "$digest" ]] || fail 4 "the registry has another image than $digest under $tag"
  fi
  say "pushed ${setting[image]}@$digest"
}
