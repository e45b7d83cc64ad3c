#include "state/journal.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "state/address_parser.h"
#include "state/state_format.h"
#include "state/testing/scratch_folder.h"

namespace cairn::state {
namespace {

const ProviderConfigAddress kProvider({}, "registry.terraform.io/hashicorp/aws", "west");

ObjectRef Object(std::string_view attributes) {
  return std::make_shared<const InstanceObject>(InstanceObject{
      .schema_version = 3,
      .attributes = JsonText::Of(std::string(attributes)),
      .sensitive = {{hcl::PathStep::Attribute("a"), hcl::PathStep::Index(hcl::Value::String("k"))}},
      .private_bytes = std::string("\0p\xff", 3),
      .dependencies = {ParseResourceAddress("module.m.a.b")->config()},
      .create_before_destroy = true});
}

InstanceAddress Instance(std::string_view text) {
  return *ParseInstanceAddress(text);
}

// Does the same to a state and to a journal.
class Both {
 public:
  Both(State& state, Journal& journal) : state_(state), journal_(journal) {}
  void SetCurrent(const InstanceAddress& address, const ObjectRef& object) {
    state_.SetCurrent(address, object, kProvider);
    journal_.SetCurrent(address, object, kProvider);
  }
  void SetDeposed(const InstanceAddress& address, const std::string& key, const ObjectRef& object) {
    state_.SetDeposed(address, key, object, kProvider);
    journal_.SetDeposed(address, key, object, kProvider);
  }
  void Depose(const InstanceAddress& address, const std::string& key) {
    state_.Depose(address, key);
    journal_.Depose(address, key);
  }
  void Remove(const InstanceAddress& address) {
    state_.Remove(address);
    journal_.Remove(address);
  }
  void Output(const std::string& name, const hcl::Value& value) {
    state_.outputs[name] = {.value = value, .sensitive = true};
    journal_.SetOutputs(state_);
  }

 private:
  State& state_;
  Journal& journal_;
};

class JournalTest : public testing::Test {
 protected:
  std::string Contents() { return ReadFile(path_, 1 << 28).value_or(""); }

  ScratchFolder scratch_;
  const std::string folder_ = scratch_.path();
  const std::string path_ = folder_ + "/.terraform.tfstate.journal";
};

// One of many operations, chosen by `random`.
void DoSomething(Both& both, std::mt19937& random) {
  const InstanceAddress address =
      Instance(Format("module.m[\"ü\\n{}\"].a.b[{}]", random() % 3, random() % 4));
  const std::string key = Format("0000000{}", random() % 3);
  switch (random() % 6) {
    case 0:
      return both.Depose(address, key);
    case 1:
      return both.SetDeposed(address, key, random() % 2 ? nullptr : Object("{\"d\" : [ ]}"));
    case 2:
      return both.SetCurrent(address, nullptr);
    case 3:
      return random() % 4 ? both.Remove(address) : both.Output("o", hcl::Value::Int(int64_t(random() % 9)));
    default:
      return both.SetCurrent(address,
                             Object(Format("{{\n  \"n\": {},\n  \"t\": \"a b\\\"\"\n}}", random() % 100)));
  }
}

TEST_F(JournalTest, ReplaysWhatWasDone) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    std::filesystem::remove(path_);
    State state;
    const std::string text = WriteState(state);
    auto journal = Journal::Create(path_, JournalBaseOf(state, text));
    ASSERT_TRUE(journal);
    Both both(state, *journal);
    for (int i = 0; i < 50; ++i) DoSomething(both, random);
    ASSERT_TRUE(journal->Commit());
    State replayed;
    const auto replay = ReplayJournal(Contents(), text, replayed);
    ASSERT_TRUE(replay) << replay.error().message;
    EXPECT_EQ(replay->records, 50u);
    EXPECT_EQ(replay->dropped_bytes, 0u);
    EXPECT_EQ(WriteState(replayed), WriteState(state)) << seed;
  }
}

// A journal cut at any byte gives the state after the last record that is whole.
TEST_F(JournalTest, LosesOnlyTheRecordThatIsCut) {
  std::mt19937 random(7);
  State state;
  auto journal = Journal::Create(path_, JournalBaseOf(state, ""));
  ASSERT_TRUE(journal);
  std::vector<std::pair<size_t, std::string>> states = {{Contents().size(), WriteState(state)}};
  Both both(state, *journal);
  for (int i = 0; i < 8; ++i) {
    DoSomething(both, random);
    ASSERT_TRUE(journal->Commit());
    states.emplace_back(Contents().size(), WriteState(state));
  }
  const std::string whole = Contents();
  size_t current = 0;
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    while (current + 1 < states.size() && states[current + 1].first <= cut) ++current;
    State replayed;
    const auto replay = ReplayJournal(whole.substr(0, cut), "", replayed);
    ASSERT_TRUE(replay) << cut << replay.error().message;
    if (cut < states[0].first) {
      EXPECT_TRUE(replayed.empty());
      continue;
    }
    ASSERT_EQ(replay->records, current) << cut;
    ASSERT_EQ(replay->dropped_bytes, cut - states[current].first);
    ASSERT_EQ(WriteState(replayed), states[current].second) << cut;
  }
}

TEST_F(JournalTest, StopsAtADamagedRecord) {
  State state;
  auto journal = Journal::Create(path_, JournalBaseOf(state, ""));
  ASSERT_TRUE(journal);
  const size_t first = Contents().size();
  journal->SetCurrent(Instance("a.b"), Object("{}"), kProvider);
  journal->SetCurrent(Instance("a.c"), Object("{}"), kProvider);
  ASSERT_TRUE(journal->Commit());
  std::string damaged = Contents();
  damaged[first + 30] ^= 1;
  const auto replay = ReplayJournal(damaged, "", state);
  ASSERT_TRUE(replay);
  EXPECT_EQ(replay->records, 0u);
  EXPECT_EQ(replay->dropped_bytes, damaged.size() - first);
}

TEST_F(JournalTest, BelongsToOneVersionOfTheState) {
  const State state{.serial = 3, .lineage = "l"};
  ASSERT_TRUE(Journal::Create(path_, JournalBaseOf(state, "text")));
  EXPECT_EQ(Journal::Create(path_, {}).error().code, ErrorCode::kConflict);
  State other;
  EXPECT_TRUE(ReplayJournal(Contents(), "text", other));
  const auto refused = ReplayJournal(Contents(), "other text", other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_TRUE(refused.error().message.contains("version 3 of the state with lineage l"));
}

// A process that is killed loses no record that it said was written.
TEST_F(JournalTest, SurvivesKill) {
  std::mt19937 random(11);
  for (int round = 0; round < 20; ++round) {
    std::filesystem::remove(path_);
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto journal = Journal::Create(path_, JournalBaseOf(State{}, ""));
      for (uint32_t i = 0; journal; ++i) {
        journal->SetCurrent(Instance(Format("a.b[{}]", i)), Object(Format("{{\"n\":{}}}", i)), kProvider);
        if (i % 3 != 0) continue;  // groups
        if (!journal->Commit()) break;
        const uint32_t acknowledged = i + 1;
        if (::write(pipe_ends[1], &acknowledged, sizeof acknowledged) != sizeof acknowledged) break;
      }
      ::_exit(1);
    }
    ::close(pipe_ends[1]);
    uint32_t acknowledged = 0, last = 0;
    const size_t wanted = 1 + random() % 5;  // acknowledgements before the kill
    for (size_t i = 0; i < wanted; ++i) {
      ASSERT_EQ(::read(pipe_ends[0], &last, sizeof last), ssize_t(sizeof last));
      acknowledged = last;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
    ::kill(child, SIGKILL);
    while (::read(pipe_ends[0], &last, sizeof last) == ssize_t(sizeof last)) acknowledged = last;
    ::close(pipe_ends[0]);
    ::waitpid(child, nullptr, 0);
    State replayed;
    const auto replay = ReplayJournal(Contents(), "", replayed);
    ASSERT_TRUE(replay) << replay.error().message;
    EXPECT_GE(replay->records, acknowledged);
    for (uint32_t i = 0; i < acknowledged; ++i) {
      const ObjectRef object = replayed.FindCurrent(Instance(Format("a.b[{}]", i)));
      ASSERT_TRUE(object) << i;
      EXPECT_EQ(object->attributes.text, Format("{{\"n\":{}}}", i));
    }
  }
}

}  // namespace
}  // namespace cairn::state
