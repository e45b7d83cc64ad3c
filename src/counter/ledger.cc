#include "counter/ledger.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "counter/record.h"

namespace cairn::counter {

namespace {

constexpr std::string_view kRecordType = "cairn-ledger-1";
constexpr size_t kFileBytesMax = 1024;

using MaybeRecord = std::optional<LedgerRecord>;

Result<MaybeRecord> ReadRecord(const std::string& path) {
  const auto text = ReadFile(path, kFileBytesMax);
  if (!text && text.error().code == ErrorCode::kNotFound) return MaybeRecord();
  if (!text) return std::unexpected(text.error());
  const auto fields = OpenRecord(kRecordType, *text);
  if (!fields) return std::unexpected(fields.error().In(path));
  const auto epoch = NumberField(*fields, "epoch");
  if (!epoch) return std::unexpected(epoch.error().In(path));
  const auto ceiling = NumberField(*fields, "ceiling");
  if (!ceiling) return std::unexpected(ceiling.error().In(path));
  const auto owner = std::ranges::find(*fields, "owner", &RecordField::name);
  if (owner == fields->end())
    return Fail(ErrorCode::kInvalid, Format("{}: the field owner is missing", path));
  return LedgerRecord{*epoch, *ceiling, owner->value};
}

Result<bool> ReplaceRecord(const std::string& path, const MaybeRecord& expected, const LedgerRecord& next) {
  const auto lock = FileLock::Lock(path + ".lock");
  if (!lock) return std::unexpected(lock.error());
  const auto found = ReadRecord(path);
  if (!found) return std::unexpected(found.error());
  if (*found != expected) return false;
  const auto written =
      WriteFileAtomically(path, SealRecord(kRecordType, {{"epoch", Format("{}", next.epoch)},
                                                         {"ceiling", Format("{}", next.ceiling)},
                                                         {"owner", next.owner}}));
  if (!written) return std::unexpected(written.error());
  return true;
}

class FileLedger final : public Ledger {
 public:
  FileLedger(net::Worker& worker, std::string path) : worker_(worker), path_(std::move(path)) {}

  net::Task<Result<MaybeRecord>> Read() override {
    std::function<Result<MaybeRecord>()> read = [path = path_] { return ReadRecord(path); };
    co_return co_await worker_.Run(std::move(read));
  }

  net::Task<Result<bool>> Replace(MaybeRecord expected, LedgerRecord next) override {
    std::function<Result<bool>()> replace = [path = path_, expected, next] {
      return ReplaceRecord(path, expected, next);
    };
    co_return co_await worker_.Run(std::move(replace));
  }

 private:
  net::Worker& worker_;
  const std::string path_;
};

}  // namespace

std::unique_ptr<Ledger> OpenFileLedger(net::Worker& worker, std::string path) {
  return std::make_unique<FileLedger>(worker, std::move(path));
}

}  // namespace cairn::counter
