#include "state/workspaces.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/clock.h"
#include "base/files.h"
#include "hcl/value.h"
#include "net/loop.h"
#include "state/local_backend.h"
#include "state/testing/scratch_folder.h"

namespace cairn::state {
namespace {

TEST(Workspaces, AreNamedAsUrlsAllow) {
  for (const char* name : {"a", "default", "a-b_c.d~e", "$&+=:@", "a..b"})
    EXPECT_TRUE(IsWorkspaceName(name)) << name;
  for (const char* name : {"", ".", "..", "a/b", "a b", "ä", "a;b", "a,b", "a%", "a?b", "a\nb"}) {
    EXPECT_FALSE(IsWorkspaceName(name)) << name;
  }
}

TEST(Workspaces, AreRemembered) {
  const ScratchFolder folder;
  const std::string data = folder.path() + "/.terraform";
  EXPECT_EQ(CurrentWorkspace(data, "")->name, "default");
  ASSERT_TRUE(SelectWorkspace(data, "a"));
  EXPECT_EQ(*ReadFile(data + "/environment", 100), "a");
  EXPECT_EQ(CurrentWorkspace(data, "")->name, "a");
  EXPECT_FALSE(CurrentWorkspace(data, "")->overridden);
  EXPECT_EQ(CurrentWorkspace(data, "b")->name, "b");
  EXPECT_TRUE(CurrentWorkspace(data, "b")->overridden);
  EXPECT_EQ(CurrentWorkspace(data, "b/c").error().message, "Invalid workspace name set using TF_WORKSPACE");
  std::ofstream(data + "/environment") << "\n";
  EXPECT_EQ(CurrentWorkspace(data, "")->name, "default");
}

// As terraform 1.11.4 wrote it for a backend "http".
constexpr char kRecord[] = R"({
  "version": 3,
  "terraform_version": "1.11.4",
  "backend": {
    "type": "http",
    "config": {
      "address": "http://127.0.0.1:18734/st?x=1",
      "client_ca_certificate_pem": null,
      "client_certificate_pem": null,
      "client_private_key_pem": null,
      "lock_address": "http://127.0.0.1:18734/st",
      "lock_method": null,
      "password": "p",
      "retry_max": null,
      "retry_wait_max": null,
      "retry_wait_min": null,
      "skip_cert_verification": null,
      "unlock_address": "http://127.0.0.1:18734/st",
      "unlock_method": null,
      "update_method": null,
      "username": "u"
    },
    "hash": 1578154012
  }
})";

TEST(BackendRecord, IsWrittenAsTerraformWritesIt) {
  const ScratchFolder folder;
  EXPECT_FALSE(*ReadBackendRecord(folder.path()));
  const std::string path = folder.path() + "/terraform.tfstate";
  std::ofstream(path) << kRecord;
  const auto record = ReadBackendRecord(folder.path());
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((*record)->type, "http");
  EXPECT_EQ((*record)->config_hash, 1578154012u);
  std::filesystem::remove(path);
  ASSERT_TRUE(WriteBackendRecord(folder.path(), **record));
  EXPECT_EQ(*ReadFile(path, 10000), kRecord);
  std::ofstream(path) << "[]";
  EXPECT_FALSE(ReadBackendRecord(folder.path()));
  std::ofstream(path) << R"({"version":3,"modules":[]})";
  EXPECT_FALSE(*ReadBackendRecord(folder.path()));
}

TEST(BackendRecord, HashesAConfigurationAsTerraformDoes) {
  const hcl::Value null = hcl::Value::Null(hcl::Type::String());
  const hcl::Value config = hcl::Value::Object({
      {"address", hcl::Value::String("http://127.0.0.1:18734/st?x=1")},
      {"client_ca_certificate_pem", null},
      {"client_certificate_pem", null},
      {"client_private_key_pem", null},
      {"lock_address", hcl::Value::String("http://127.0.0.1:18734/st")},
      {"lock_method", null},
      {"password", hcl::Value::String("p")},
      {"retry_max", null},
      {"retry_wait_max", null},
      {"retry_wait_min", null},
      {"skip_cert_verification", null},
      {"unlock_address", hcl::Value::String("http://127.0.0.1:18734/st")},
      {"unlock_method", null},
      {"update_method", null},
      {"username", hcl::Value::String("u")},
  });
  EXPECT_EQ(BackendConfigHash("http", config), 1578154012u);
}

TEST(LocalBackend, HasAFolderForEachWorkspace) {
  const ScratchFolder folder;
  const SystemClock clock;
  net::Loop loop(clock);
  LocalBackend backend({.folder = folder.path()});
  EXPECT_EQ(*loop.Run(backend.Workspaces()), std::vector<std::string>{"default"});
  for (const char* name : {"default", "b", "a"}) {
    const auto store = backend.Open(name);
    ASSERT_TRUE(store);
    EXPECT_TRUE(loop.Run((*store)->Lock(MakeLockInfo("x", "1", "", clock.WallNow()))));
    EXPECT_FALSE(*loop.Run((*store)->Read()));
    EXPECT_TRUE(loop.Run((*store)->Write(name)));
    EXPECT_TRUE(loop.Run((*store)->Unlock()));
  }
  EXPECT_EQ(*loop.Run(backend.Workspaces()), (std::vector<std::string>{"default", "a", "b"}));
  EXPECT_EQ(*ReadFile(folder.path() + "/terraform.tfstate", 99), "default");
  EXPECT_EQ(*ReadFile(folder.path() + "/terraform.tfstate.d/b/terraform.tfstate", 99), "b");
  EXPECT_TRUE(loop.Run(backend.Delete("b")));
  EXPECT_FALSE(loop.Run(backend.Delete("default")));
  EXPECT_EQ(*loop.Run(backend.Workspaces()), (std::vector<std::string>{"default", "a"}));
}

TEST(LockWithin, WaitsForWhoHoldsIt) {
  const ScratchFolder folder;
  const SystemClock clock;
  net::Loop loop(clock);
  LocalBackend backend({.folder = folder.path()});
  const auto first = backend.Open("default"), second = backend.Open("default");
  const LockInfo info = MakeLockInfo("x", "1", "", clock.WallNow());
  ASSERT_TRUE(loop.Run((*first)->Lock(info)));
  const TimePoint before = clock.Now();
  const auto refused = loop.Run(LockWithin(loop, **second, info, std::chrono::milliseconds(50)));
  EXPECT_FALSE(refused);
  EXPECT_GE(clock.Now() - before, std::chrono::milliseconds(50));
  ASSERT_TRUE(loop.Run((*first)->Unlock()));
  EXPECT_TRUE(loop.Run(LockWithin(loop, **second, info, std::chrono::milliseconds(50))));
}

}  // namespace
}  // namespace cairn::state
