#include "state/state_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/files.h"
#include "base/strings.h"
#include "state/digest.h"
#include "state/state_format.h"
#include "state/state_version.h"
#include "state/testing/scratch_folder.h"

namespace cairn::state {
namespace {

class StateFileTest : public testing::Test {
 protected:
  std::string Contents(const std::string& name) {
    return ReadFile(folder_ + "/" + name, 1 << 20).value_or("?");
  }
  bool Exists(const std::string& name) { return std::filesystem::exists(folder_ + "/" + name); }
  void Put(const std::string& name, std::string_view text) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
  }
  LockInfo Info() {
    return MakeLockInfo("OperationTypeApply", "1.11.4", "", std::chrono::system_clock::now());
  }

  ScratchFolder scratch_;
  const std::string folder_ = scratch_.path();
  const std::string path_ = folder_ + "/terraform.tfstate";
};

TEST_F(StateFileTest, LocksOnceAndSaysWhoHoldsIt) {
  StateFile first({.path = path_});
  StateFile second({.path = path_});
  const LockInfo info = Info();
  ASSERT_TRUE(first.Lock(info));
  EXPECT_TRUE(Exists("terraform.tfstate"));
  struct stat mode{};
  ASSERT_EQ(::stat((folder_ + "/.terraform.tfstate.lock.info").c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 0777, 0600u);
  const auto refused = second.Lock(Info());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.code, ErrorCode::kConflict);
  ASSERT_TRUE(refused.error().holder);
  EXPECT_EQ(refused.error().holder->id, info.id);
  EXPECT_EQ(refused.error().holder->path, path_);
  EXPECT_TRUE(refused.error().ToString().contains("  Who:       " + info.who + "\n"));
  EXPECT_TRUE(second.Read());  // reading does not lose the first one's lock
  EXPECT_TRUE(first.Read());
  EXPECT_FALSE(second.Lock(Info()));
  ASSERT_TRUE(first.Unlock());
  EXPECT_FALSE(Exists("terraform.tfstate"));
  EXPECT_FALSE(Exists(".terraform.tfstate.lock.info"));
  EXPECT_FALSE(first.Unlock());
  EXPECT_TRUE(second.Lock(Info()));
}

TEST_F(StateFileTest, WritesInPlaceAndKeepsOneBackupOfARun) {
  Put("terraform.tfstate", "old");
  const auto inode = [&] {
    struct stat found{};
    ::stat(path_.c_str(), &found);
    return found.st_ino;
  };
  const auto before = inode();
  StateFile file({.path = path_});
  ASSERT_TRUE(file.Lock(Info()));
  EXPECT_EQ(**file.Read(), "old");
  Put(".terraform.tfstate.journal", "x");
  ASSERT_TRUE(file.Write("newer than that"));
  ASSERT_TRUE(file.Write("new"));
  EXPECT_EQ(Contents("terraform.tfstate"), "new");
  EXPECT_EQ(Contents("terraform.tfstate.backup"), "old");
  EXPECT_EQ(inode(), before);
  EXPECT_FALSE(Exists(".terraform.tfstate.next"));
  EXPECT_FALSE(Exists(".terraform.tfstate.journal"));
  ASSERT_TRUE(file.Unlock());
  EXPECT_TRUE(Exists("terraform.tfstate"));
}

TEST_F(StateFileTest, HasNoBackupOfNothing) {
  StateFile file({.path = path_});
  ASSERT_TRUE(file.Lock(Info()));
  EXPECT_EQ(*file.Read(), nullptr);
  ASSERT_TRUE(file.Write("new"));
  EXPECT_FALSE(Exists("terraform.tfstate.backup"));
  StateFile without({.path = path_, .backup_path = "-"});
  ASSERT_TRUE(without.Write("newer"));
  EXPECT_FALSE(Exists("terraform.tfstate.backup"));
  EXPECT_EQ(Contents("terraform.tfstate"), "newer");
}

// At whatever byte a write ended, the next one who reads finds the new text.
TEST_F(StateFileTest, CompletesAnInterruptedWrite) {
  const std::string old = "the old state\n", fresh = "the new state, which is longer.\n";
  const std::string next = "cairn-next-1 " + Sha256Hex(old) + " " + Sha256Hex(fresh) + "\n" + fresh;
  for (size_t cut = 0; cut <= fresh.size(); cut += 8) {
    for (const bool locked : {false, true}) {
      Put("terraform.tfstate", cut == fresh.size() ? old : fresh.substr(0, cut) + (cut % 2 ? "\0\0" : ""));
      Put(".terraform.tfstate.next", next);
      StateFile file({.path = path_});
      if (locked) {
        ASSERT_TRUE(file.Lock(Info()));
      }
      const auto read = file.Read();
      ASSERT_TRUE(read && *read);
      EXPECT_EQ(**read, fresh) << cut;
      EXPECT_EQ(Exists(".terraform.tfstate.next"), !locked);
      if (locked) {
        EXPECT_EQ(Contents("terraform.tfstate"), fresh);
      }
    }
  }
}

TEST_F(StateFileTest, DoesNotCompleteWhatIsCutOffOrOvertaken) {
  const std::string old = "the old state\n", fresh = "the new state\n";
  const std::string next = "cairn-next-1 " + Sha256Hex(old) + " " + Sha256Hex(fresh) + "\n" + fresh;
  for (size_t cut = 0; cut < next.size(); cut += 13) {
    Put("terraform.tfstate", old);
    Put(".terraform.tfstate.next", next.substr(0, cut));
    StateFile file({.path = path_});
    ASSERT_TRUE(file.Lock(Info()));
    EXPECT_EQ(**file.Read(), old) << cut;
    EXPECT_FALSE(Exists(".terraform.tfstate.next"));
  }
  Put("terraform.tfstate", "what Terraform wrote since");
  Put(".terraform.tfstate.next", next);
  StateFile file({.path = path_});
  ASSERT_TRUE(file.Lock(Info()));
  EXPECT_EQ(**file.Read(), "what Terraform wrote since");
  EXPECT_FALSE(Exists(".terraform.tfstate.next"));
}

TEST_F(StateFileTest, SaysThatTheDiskFailed) {
  StateFile file({.path = folder_ + "/missing/terraform.tfstate"});
  EXPECT_FALSE(file.Lock(Info()));
  EXPECT_FALSE(file.Write("x"));
}

TEST(LockInfo, IsReadAsItIsWritten) {
  const LockInfo info = MakeLockInfo("OperationTypePlan", "1.11.4", "a\"b", std::chrono::system_clock::now());
  EXPECT_EQ(LockInfo::FromJson(info.ToJson()), info);
  EXPECT_FALSE(LockInfo::FromJson("[]"));
  EXPECT_FALSE(LockInfo::FromJson(""));
  EXPECT_EQ(info.id.size(), 36u);
  EXPECT_NE(NewUuid(), NewUuid());
}

TEST(LockInfo, WritesTimesAsTerraformDoes) {
  const auto at = [](int64_t ns) {
    return MakeLockInfo("", "", "", std::chrono::system_clock::time_point(std::chrono::nanoseconds(ns)))
        .created;
  };
  EXPECT_EQ(at(1'795'833'299'896'749'778), "2026-11-28T02:34:59.896749778Z");
  EXPECT_EQ(at(1'795'833'299'800'000'000), "2026-11-28T02:34:59.8Z");
  EXPECT_EQ(at(1'795'833'299'000'000'000), "2026-11-28T02:34:59Z");
}

// What `terraform state push` says.
TEST(StateVersion, PushesOnlyWhatFollows) {
  State existing{.serial = 4, .lineage = "a"};
  existing.outputs["x"] = {.value = hcl::Value::Int(1)};
  State pushed = existing;
  EXPECT_TRUE(CheckPush(pushed, existing));
  EXPECT_TRUE(CheckPush(pushed, std::nullopt));
  pushed.lineage = "other";
  EXPECT_EQ(CheckPush(pushed, existing).error().message,
            "cannot import state with lineage \"other\" over unrelated state with lineage \"a\"");
  EXPECT_TRUE(CheckPush(pushed, State{.serial = 9, .lineage = "a"}));
  pushed.lineage = "";
  pushed.serial = 0;
  EXPECT_EQ(CheckPush(pushed, existing).error().message,
            "cannot import state with serial 0 over newer state with serial 4");
  pushed.serial = 4;
  pushed.outputs.clear();
  EXPECT_EQ(CheckPush(pushed, existing).error().message,
            "cannot overwrite existing state with serial 4 with a different state that has the same serial");
  pushed.serial = 5;
  EXPECT_TRUE(CheckPush(pushed, existing));
}

TEST(StateVersion, RaisesTheSerialOnlyForAChange) {
  State next;
  EXPECT_TRUE(MakeNextVersion(std::nullopt, next));
  EXPECT_EQ(next.serial, 1u);
  EXPECT_EQ(next.lineage.size(), 36u);
  const State last = next;
  EXPECT_FALSE(MakeNextVersion(last, next));
  EXPECT_EQ(next.serial, 1u);
  next.outputs["x"] = {.value = hcl::Value::Int(1)};
  EXPECT_TRUE(MakeNextVersion(last, next));
  EXPECT_EQ(next.serial, 2u);
  EXPECT_EQ(next.lineage, last.lineage);
}

}  // namespace
}  // namespace cairn::state
