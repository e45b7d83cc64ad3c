#include "check/history.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <optional>
#include <utility>

#include "base/files.h"
#include "base/strings.h"

namespace cairn::check {
namespace {

constexpr std::string_view kHeader = "cairn-history 1";
constexpr std::string_view kAddressWord = "address ";
constexpr std::string_view kEndWord = "end ";

// Of a right file: all but its operations, and one of those; rounded up.
constexpr size_t kPreambleBytesMax = 64 + History::kAddressesMax * (History::kAddressBytesMax + 9);
constexpr size_t kLineBytesMax = 96;

constexpr std::array kOutcomes{Outcome::kNumber, Outcome::kIndeterminate, Outcome::kFailed,
                               Outcome::kMalformed};

// ParseInt, and no second spelling of a number: no leading zeros, no "-0".
template <typename T>
std::optional<T> ParseField(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.starts_with('0') && text.size() > 1) return std::nullopt;
  return ParseInt<T>(text);
}

void AppendInt(std::string& text, int64_t value) {
  std::array<char, 20> digits;  // fits "-9223372036854775808"
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  assert(error == std::errc());
  text.append(digits.data(), end);
}

// Takes the text line by line; every line, the last one too, ends with a line feed.
class Reader {
 public:
  Reader(std::string_view text, size_t operations_max) : rest_(text), operations_max_(operations_max) {}

  Result<History> Read() {
    if (!NextLine() || line_ != kHeader) return Wrong("expected \"cairn-history 1\"");
    if (auto read = ReadAddresses(); !read) return std::unexpected(read.error());
    History history(std::move(addresses_), operations_max_);
    while (have_line_ && !line_.starts_with(kEndWord)) {
      auto operation = ReadOperation(history.addresses().size());
      if (!operation) return std::unexpected(operation.error());
      if (!history.Append(*operation)) {
        return Fail(ErrorCode::kOverloaded,
                    Format("line {}: more than {} operations", number_, operations_max_));
      }
      NextLine();
    }
    if (!have_line_)
      return Wrong("the file is cut short: expected an operation or \"end COUNT\", with a line feed");
    const auto count = ParseField<uint64_t>(line_.substr(kEndWord.size()));
    if (count != history.size())
      return Wrong(Format("the file holds {} operations, not as many as its end says", history.size()));
    if (!rest_.empty()) {
      ++number_;
      return Wrong("nothing may follow the end");
    }
    return history;
  }

 private:
  bool NextLine() {
    ++number_;
    const size_t end = rest_.find('\n');
    have_line_ = end != std::string_view::npos;
    if (!have_line_) return false;
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }

  std::unexpected<Error> Wrong(std::string_view what) const {
    return Fail(ErrorCode::kInvalid, Format("line {}: {}", number_, what));
  }

  // Leaves the line after the addresses as the current one.
  Result<> ReadAddresses() {
    while (NextLine() && line_.starts_with(kAddressWord)) {
      const std::string_view name = line_.substr(kAddressWord.size());
      if (!History::IsAddressName(name)) {
        return Wrong(
            Format("an address is 1 to {} printable characters without blanks", History::kAddressBytesMax));
      }
      if (addresses_.size() == History::kAddressesMax) {
        return Wrong(Format("more than {} addresses", History::kAddressesMax));
      }
      addresses_.emplace_back(name);
    }
    if (addresses_.empty()) return Wrong("expected \"address NAME\"");
    return {};
  }

  // The text up to the next blank, which goes with it; the rest of the line when there is none.
  std::string_view TakeField(std::string_view& fields) {
    const size_t end = std::min(fields.find(' '), fields.size());
    const std::string_view field = fields.substr(0, end);
    fields.remove_prefix(std::min(end + 1, fields.size()));
    return field;
  }

  Result<Operation> ReadOperation(size_t address_count) {
    if (std::ranges::count(line_, ' ') != 5) {
      return Wrong("expected \"START END ADDRESS CONNECTION OUTCOME NUMBER\", one blank between them");
    }
    std::string_view fields = line_;
    const auto start = ParseField<int64_t>(TakeField(fields));
    const auto end = ParseField<int64_t>(TakeField(fields));
    const auto address = ParseField<uint16_t>(TakeField(fields));
    const auto connection = ParseField<uint32_t>(TakeField(fields));
    const std::string_view word = TakeField(fields);
    if (!start || *start < 0) return Wrong("the start is not a number of nanoseconds");
    if (!end || *end < 0) return Wrong("the end is not a number of nanoseconds");
    if (*end < *start) return Wrong("the end is before the start");
    if (!address || *address >= address_count)
      return Wrong("the address is not the index of an address line");
    if (!connection) return Wrong("the connection is not a 32-bit number");
    const auto outcome = std::ranges::find(kOutcomes, word, [](Outcome o) { return ToString(o); });
    if (outcome == kOutcomes.end()) {
      return Wrong("the outcome is none of number, indeterminate, failed, malformed");
    }
    Operation operation{*start, *end, 0, *connection, *address, *outcome};
    if (*outcome == Outcome::kNumber) {
      const auto number = ParseField<int64_t>(fields);
      if (!number) return Wrong("the number is not a 64-bit number");
      operation.number = *number;
    } else if (fields != "-") {
      return Wrong("expected \"-\" where there is no number");
    }
    return operation;
  }

  std::string_view rest_;
  const size_t operations_max_;
  std::string_view line_;
  bool have_line_ = false;
  size_t number_ = 0;  // of the current line, from 1
  std::vector<std::string> addresses_;
};

}  // namespace

std::string_view ToString(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNumber:
      return "number";
    case Outcome::kIndeterminate:
      return "indeterminate";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kMalformed:
      return "malformed";
  }
  std::unreachable();
}

History::History(std::vector<std::string> addresses, size_t operations_max)
    : addresses_(std::move(addresses)), operations_max_(operations_max) {
  assert(!addresses_.empty() && addresses_.size() <= kAddressesMax);
  assert(std::ranges::all_of(addresses_, &IsAddressName));
}

bool History::IsAddressName(std::string_view name) {
  return !name.empty() && name.size() <= kAddressBytesMax &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
}

bool History::Append(const Operation& operation) {
  assert(operation.start_ns >= 0 && operation.end_ns >= operation.start_ns);
  assert(operation.address < addresses_.size());
  assert(operation.outcome == Outcome::kNumber || operation.number == 0);
  if (operations_.size() >= operations_max_) return false;
  operations_.push_back(operation);
  return true;
}

std::string EncodeHistory(const History& history) {
  std::string text = Format("{}\n", kHeader);
  for (const std::string& address : history.addresses()) text += Format("{}{}\n", kAddressWord, address);
  for (const Operation& operation : history.operations()) {
    for (const int64_t field : {operation.start_ns, operation.end_ns, static_cast<int64_t>(operation.address),
                                static_cast<int64_t>(operation.connection)}) {
      AppendInt(text, field);
      text += ' ';
    }
    text += ToString(operation.outcome);
    text += ' ';
    if (operation.outcome == Outcome::kNumber) {
      AppendInt(text, operation.number);
    } else {
      text += '-';
    }
    text += '\n';
  }
  return text + Format("{}{}\n", kEndWord, history.size());
}

Result<History> DecodeHistory(std::string_view text, size_t operations_max) {
  return Reader(text, operations_max).Read();
}

Result<> SaveHistory(const History& history, const std::string& path) {
  return WriteFileAtomically(path, EncodeHistory(history));
}

Result<History> LoadHistory(const std::string& path, size_t operations_max) {
  const auto text = ReadFile(path, kPreambleBytesMax + operations_max * kLineBytesMax);
  if (!text) return std::unexpected(text.error());
  auto history = DecodeHistory(*text, operations_max);
  if (!history) return std::unexpected(history.error().In(path));
  return history;
}

}  // namespace cairn::check
