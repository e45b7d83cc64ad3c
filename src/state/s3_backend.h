#pragma once

// State in an S3 bucket: an object for each workspace, and one beside it, ".tflock", while it is locked.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "http/client.h"
#include "state/aws_sign.h"
#include "state/backend.h"

namespace cairn::state {

struct S3BackendOptions {
  std::string bucket;
  std::string key;  // of the default workspace's object
  std::string region;
  std::string endpoint = {};  // a URL; empty: Amazon's
  bool use_path_style = false;
  bool use_lockfile = false;  // without it there are no locks
  std::string workspace_key_prefix = "env:";
  bool encrypt = false;
  std::string kms_key_id = {};
  std::string acl = {};
  AwsCredentials credentials = {};
  Duration timeout = std::chrono::minutes(2);  // of one attempt
  int attempts_max = 5;
  std::string journal_folder = ".terraform";  // on this machine
};

// The value of a variable of the environment, empty if unset.
using Environment = std::function<std::string(const char* name)>;

// Fills in credentials and region where `options` have none: from AWS_ACCESS_KEY_ID and its like, then from
// the files of the profile `profile` (empty: AWS_PROFILE, else "default"); and the endpoint from
// AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL. kDenied if there are no credentials.
Result<> CompleteS3Options(S3BackendOptions& options, const std::string& profile,
                           const Environment& environment);

// `loop`, `clock` and `client` must outlive it and its stores. The client's limits must allow for states.
// kInvalid if the endpoint is no URL, or bucket, key or region is missing.
Result<std::unique_ptr<Backend>> MakeS3Backend(net::Loop& loop, const Clock& clock, http::Client& client,
                                               S3BackendOptions options);

}  // namespace cairn::state
