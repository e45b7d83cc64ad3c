# Sourced by deliver: the new version, the verdict on it, and the way back.
# shellcheck shell=bash disable=SC2154  # root, setting and work are deliver's, namespace is cluster.sh's

selector=app.kubernetes.io/name=counter
# An annotation of the Deployment: "COMMIT IMAGE@DIGEST OVERLAY" of the version that was verified last.
verified_key=cairn-delivery/verified

# A share of the load below this would be no evidence about a pod. A balancer may pick a pod for a connection, not for a
# request: with 32 connections for each pod, that one of 50 gets none is less likely than 1 in 10^12.
connections_per_pod=32
# Others may use the counter at the same time, and their numbers are gaps to counter-check.
any_gap=18446744073709551615

# load FLAG...: counter-check at the URL.
load() {
  local flags
  read -ra flags <<<"${setting[check-flags]}"
  timeout --foreground --kill-after=5 $((setting[verify-seconds] + 30)) \
    "$root/build/bin/counter-check" "$@" "${flags[@]}" "${setting[url]}"
}

# render COMMIT IMAGE@DIGEST OVERLAY FILE: the objects of the overlay as that commit has it, with that image.
# In two steps: kustomize's older versions take no folder as a resource, the newer warn of what those take.
render() {
  local said tree=$work/tree
  rm -rf "$tree" && mkdir -p "$tree" "$work/image"
  checkout archive "$1" | tar -x -C "$tree" || refuse "commit $1 cannot be unpacked to $tree"
  cat >"$work/image/kustomization.yaml" <<YAML
resources: [overlay.yaml]
images: [{name: counter, newName: "${2%@*}", digest: "${2#*@}"}]
YAML
  said=$({ kubectl kustomize "$tree/$3" >"$work/image/overlay.yaml" && kubectl kustomize "$work/image" >"$4"; } 2>&1) ||
    refuse "$3 of commit $1 cannot be rendered: ${said##*$'\n'}"
  [[ $(grep -cE "^ *(- )?image: $2\$" "$4") == 1 ]] || refuse "$3 of commit $1 has not exactly one image 'counter'"
}

# Sets: deployment target target_commit target_image target_overlay: what was verified last; empty where nothing was.
read_cluster() {
  read_deployment
  check_owner
  target=$(jq -r --arg key "$verified_key" '.metadata.annotations[$key] // empty' <<<"$deployment")
  [[ -n $target ]] || return 0
  [[ $target =~ ^[0-9a-f]{40,64}\ [^\ @]+@sha256:[0-9a-f]{64}\ [^\ ]+$ ]] ||
    refuse "annotation $verified_key of deployment/counter is '$target', not COMMIT IMAGE@DIGEST OVERLAY; remove it"
  read -r target_commit target_image target_overlay <<<"$target"
  checkout cat-file -e "$target_commit^{commit}" 2>/dev/null ||
    refuse "commit $target_commit, to go back to, is not in this clone; fetch it (git fetch --unshallow)"
  render "$target_commit" "$target_image" "$target_overlay" "$work/undo.yaml"
}

# prepare DIGEST: all that can be known before anything is changed. Sets, for what is asked: asked image.
prepare() {
  local commit
  require_clean_tree
  require_setting image
  check_environment
  commit=$(checkout rev-parse HEAD)
  image=${setting[image]}@$1
  asked="$commit $image ${setting[overlay]}"
  render "$commit" "$image" "${setting[overlay]}" "$work/deploy.yaml"
  read_cluster
  if namespace_exists; then rehearse "$work/deploy.yaml"; else may create namespaces; fi
}

# What was prepared may have changed until the lock was had.
begin() {
  if ! namespace_exists; then
    kube create namespace "$namespace" >&2 || {
      require_answers
      refuse "namespace $namespace cannot be made (above)"
    }
    state="nothing but the empty namespace $namespace was made"
  fi
  take_lock
  read_cluster
}

# Until all pods are new and ready: 5 where that stalls. Until the URL answers, for which a new load balancer may need
# as long again: 6 where it does not.
wait_for_rollout() {
  local deadline
  patiently timeout --foreground --kill-after=5 $((setting[rollout-seconds] + 10)) \
    kubectl --context="${setting[kube-context]}" --namespace="$namespace" \
    rollout status deployment/counter --timeout="${setting[rollout-seconds]}s" >&2 || return 5
  deadline=$((SECONDS + setting[rollout-seconds]))
  until patiently load --requests 1 --duration 5s >/dev/null 2>&1; do
    ((SECONDS < deadline)) || {
      wrong "${setting[url]} gives no number"
      return 6
    }
    sleep 1
  done
}

# The pods that are meant to stay, one a line; fails where there are none or one has another image.
# Their spec is compared: a digest there leaves the node no choice, while imageID is spelled as the runtime likes.
pods_of() {
  kube get pods --selector="$selector" -o json | jq -er --arg image "$1" '
    [.items[] | select(.metadata.deletionTimestamp == null and (.status.phase | . != "Failed" and . != "Succeeded"))]
    | if length == 0 then error("there are no pods") else . end | .[]
    | (.spec.containers[] | select(.name == "counter").image) as $runs
    | if $runs == $image then .metadata.name else error("pod \(.metadata.name) is to run \($runs)") end'
}

# metrics_of POD: "NUMBERS ERRORS REGRESSIONS" so far; fails where one of them is missing. Forwarded through the pod's
# node: no NetworkPolicy has to open the port to the API server.
metrics_of() {
  local line='' lines forward status=0
  exec {lines}< <(exec timeout --foreground --kill-after=5 "${setting[call-seconds]}" kubectl \
    --context="${setting[kube-context]}" --namespace="$namespace" port-forward "pod/$1" --address=127.0.0.1 :8081)
  forward=$!
  read -r -t "${setting[call-seconds]}" -u "$lines" line || true
  [[ $line =~ ^Forwarding\ from\ (127\.0\.0\.1:[0-9]+)\  ]] &&
    curl --fail --silent --show-error --max-time 10 "http://${BASH_REMATCH[1]}/metrics" | sum_metrics || status=1
  kill "$forward" 2>/dev/null || true
  exec {lines}<&-
  return "$status"
}

sum_metrics() {
  awk '
    $1 == "counter_numbers_issued_total" { numbers = $2; has_numbers = 1 }
    $1 == "counter_regressions_total" { regressions = $2; has_regressions = 1 }
    $1 ~ /^counter_backend_errors_total[{]/ { errors += $2; has_errors = 1 }
    END {
      if (!has_numbers || !has_errors || !has_regressions) exit 1
      printf "%.0f %.0f %.0f\n", numbers, errors, regressions
    }'
}

wrong() {
  say "WRONG: $1"
  return 1
}

# verify IMAGE@DIGEST: the numbers that clients get are unique and increase, every request gets one, and each pod's own
# metrics say that it served some without trouble. No pods, no metrics, no answer, too few requests: wrong as well.
verify() {
  local pods pod after connections made
  local -A at_start
  pods=$(pods_of "$1") || wrong 'the pods are not those that were asked for' || return
  for pod in $pods; do
    at_start[$pod]=$(metrics_of "$pod") || wrong "pod $pod has no metrics" || return
  done
  connections=$((connections_per_pod * (${#at_start[@]} > 1 ? ${#at_start[@]} : 2)))
  rm -f "$work/check.json"
  patiently load --connections "$connections" --requests "${setting[requests]}" --no-errors --gap-budget "$any_gap" \
    --duration "${setting[verify-seconds]}s" --json "$work/check.json" >&2 ||
    wrong 'counter-check has objections' || return
  made=$(jq '.numbers.requests | add' "$work/check.json")
  ((made >= setting[requests])) ||
    wrong "only $made of ${setting[requests]} requests in ${setting[verify-seconds]} s" || return
  for pod in $pods; do
    after=$(metrics_of "$pod") || wrong "pod $pod has no metrics any more" || return
    judge_pod "$pod" "${at_start[$pod]}" "$after" || return
  done
}

# judge_pod POD METRICS METRICS: before the load and after it.
judge_pod() {
  local numbers errors regressions had_numbers had_errors
  read -r had_numbers had_errors _ <<<"$2"
  read -r numbers errors regressions <<<"$3"
  ((numbers > had_numbers)) || wrong "pod $1 served none of the requests, or was restarted" || return
  ((errors <= had_errors)) || wrong "pod $1 had $((errors - had_errors)) requests without a number" || return
  ((regressions == 0)) || wrong "pod $1 found that Redis forgot numbers ($regressions)" || return
  say "pod $1 served $((numbers - had_numbers)) numbers"
}

# What is undone to, from now on.
record() {
  state="$image was verified, but not recorded; run 'deliver deploy' again"
  change annotate deployment/counter --overwrite "$verified_key=$asked" >&2 || {
    require_answers
    fail 7 "$state"
  }
  state="$image runs and was verified"
  say "$state"
}

# What a person looks at first. Best effort: it only explains.
explain() {
  {
    echo '-- pods'
    kube get pods --selector="$selector" -o wide
    echo '-- latest events'
    kube get events --sort-by=.metadata.creationTimestamp | tail -n 15
    echo '-- last log lines'
    kube logs --selector="$selector" --tail=10 --prefix
  } >&2 || true
}

# bring_up FILE IMAGE@DIGEST: 0, or the exit code that says what failed.
bring_up() {
  say "applying $2"
  state="$2 was applied and is not verified; run 'deliver deploy' again, or 'deliver undo'"
  change apply --filename="$1" >&2 || return 5
  wait_for_rollout || return
  verify "$2" || return 6
}

# Back to TARGET, verified again; $1 says what had happened.
go_back() {
  [[ -n $target ]] || fail 7 "$1; no version was ever verified here to go back to, so $image is left as it is"
  [[ $target != "$asked" ]] || fail 7 "$1; it is itself what was verified last, so look for what else has changed"
  say "going back to $target"
  bring_up "$work/undo.yaml" "$target_image" || {
    require_answers
    explain
    fail 7 "$1; $target_image was applied again and is not right either"
  }
  state="$target_image of commit $target_commit runs again and was verified"
}

# What deploy would do, as far as it can be known; with the digest where there is one yet.
step_check() {
  local digest
  digest=sha256:$(printf '%064d' 0)
  if [[ -n ${setting[digest]} || -f $work/digest ]]; then read_digest; fi
  prepare "$digest"
  say 'everything that deploy needs is there'
}

step_deploy() {
  local digest failure=0 what
  read_digest
  prepare "$digest"
  begin
  bring_up "$work/deploy.yaml" "$image" || failure=$?
  case $failure in
    0) record && return ;;
    5) what='the rollout failed' ;;
    *) what='verification failed' ;;
  esac
  require_answers
  explain
  go_back "$what"
  fail "$failure" "$what; undone: $state"
}

# By hand: after an interruption, or a change of mind. The record stays, since it names the very version.
step_undo() {
  check_environment
  read_cluster
  [[ -n $target ]] || refuse 'no version was ever verified here to go back to'
  take_lock
  read_cluster
  asked='' image=''
  go_back 'asked to undo'
  say "$state"
}
