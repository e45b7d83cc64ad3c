#include "hcl/deflate.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

// Which of the many right encodings comes out is decided by the order of hash chains and by every tie; each
// such decision is that of Go's compress/flate at level 6 and marked with "as Go".

namespace cairn::hcl {
namespace {

constexpr size_t kEndOfBlock = 256;
constexpr size_t kLiteralCount = 286;
constexpr size_t kOffsetCount = 30;
constexpr size_t kLengthMin = 4;  // RFC 1951 has 3
constexpr size_t kLengthMax = 258;
constexpr size_t kWindow = 1 << 15;

// A literal byte (offset 0), or a match.
struct Token {
  uint16_t length = 0;  // or the literal
  uint16_t offset = 0;  // up to 32768, which does fit
};

// The codes of lengths and offsets (RFC 1951, 3.2.5): where each range begins, and how many bits tell where
// in it a number is.
template <size_t kCount>
struct Ranges {
  std::array<uint16_t, kCount> begin{};
  std::array<uint8_t, kCount> extra_bits{};

  size_t CodeOf(size_t number) const {
    return size_t(std::upper_bound(begin.begin(), begin.end(), number) - begin.begin()) - 1;
  }
};

constexpr Ranges<29> LengthRanges() {
  Ranges<29> ranges;
  unsigned next = 3;
  for (size_t code = 0; code < 28; ++code) {
    ranges.begin[code] = uint16_t(next);
    ranges.extra_bits[code] = uint8_t(code < 8 ? 0 : code / 4 - 1);
    next += 1u << ranges.extra_bits[code];
  }
  ranges.begin[28] = 258;
  return ranges;
}

constexpr Ranges<kOffsetCount> OffsetRanges() {
  Ranges<kOffsetCount> ranges;
  unsigned next = 1;
  for (size_t code = 0; code < kOffsetCount; ++code) {
    ranges.begin[code] = uint16_t(next);
    ranges.extra_bits[code] = uint8_t(code < 4 ? 0 : code / 2 - 1);
    next += 1u << ranges.extra_bits[code];
  }
  return ranges;
}

constexpr Ranges<29> kLengths = LengthRanges();
constexpr Ranges<kOffsetCount> kOffsets = OffsetRanges();

class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}

  void Write(uint32_t value, unsigned count) {
    bits_ |= uint64_t{value} << count_;
    count_ += count;
    for (; count_ >= 8; count_ -= 8, bits_ >>= 8) out_ += static_cast<char>(bits_);
  }

  void FillByte() {
    if (count_ > 0) Write(0, 8 - count_);
  }

 private:
  std::string& out_;
  uint64_t bits_ = 0;
  unsigned count_ = 0;
};

// A Huffman code: of each symbol its bits, first bit lowest; symbols that do not occur have length 0.
struct Code {
  uint16_t bits = 0;
  uint8_t length = 0;
};
using Codes = std::vector<Code>;
using Frequencies = std::vector<uint32_t>;

uint16_t Reversed(unsigned bits, unsigned count) {
  unsigned reversed = 0;
  for (unsigned i = 0; i < count; ++i) reversed |= ((bits >> i) & 1) << (count - 1 - i);
  return uint16_t(reversed);
}

// Of `leaves`, frequencies in ascending order and at least three: how many have codes of each length, by the
// package-merge algorithm. As Go: of a leaf and a package of equal weight the package comes first.
std::vector<size_t> CountLengths(std::span<const uint32_t> leaves, size_t length_max) {
  struct Item {
    uint64_t weight;
    bool is_leaf;
  };
  constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();
  const size_t levels = std::min(length_max, leaves.size() - 1);
  std::vector<std::vector<Item>> rows(levels);
  for (size_t level = 0; level < levels; ++level) {
    std::vector<Item>& row = rows[level];
    size_t next_pair = 0;
    const auto pair_weight = [&]() -> uint64_t {
      if (level == 0 || next_pair + 1 >= rows[level - 1].size()) return kNone;
      return rows[level - 1][next_pair].weight + rows[level - 1][next_pair + 1].weight;
    };
    const auto add_pair = [&] {
      row.push_back({pair_weight(), false});
      next_pair += 2;
    };
    for (const uint32_t leaf : leaves) {
      while (pair_weight() <= leaf) add_pair();
      row.push_back({leaf, true});
    }
    while (pair_weight() != kNone) add_pair();
  }

  // The first items of the last row are chosen, and of each row before those that they are packages of. A
  // leaf has as many bits as there are rows where it is chosen.
  std::vector<size_t> counts(levels + 1);
  size_t chosen = 2 * leaves.size() - 2;
  size_t longer = 0;  // leaves with codes longer than those of the last row
  for (size_t level = levels; level-- > 0;) {
    const auto taken = std::span(rows[level]).first(chosen);
    const auto leaf_count = size_t(std::ranges::count(taken, true, &Item::is_leaf));
    const size_t length = levels - level;
    if (length > 1) counts[length - 1] = longer - leaf_count;
    counts[length] = leaf_count;
    longer = leaf_count;
    chosen = 2 * (chosen - leaf_count);
  }
  return counts;
}

Codes CodesFor(const Frequencies& frequencies, size_t length_max) {
  Codes codes(frequencies.size());
  std::vector<uint16_t> symbols;
  for (size_t i = 0; i < frequencies.size(); ++i) {
    if (frequencies[i] > 0) symbols.push_back(uint16_t(i));
  }
  if (symbols.size() <= 2) {
    for (size_t i = 0; i < symbols.size(); ++i) codes[symbols[i]] = {uint16_t(i), 1};
    return codes;
  }
  std::ranges::stable_sort(symbols, {}, [&](uint16_t symbol) { return frequencies[symbol]; });
  std::vector<uint32_t> leaves;
  for (const uint16_t symbol : symbols) leaves.push_back(frequencies[symbol]);
  const std::vector<size_t> counts = CountLengths(leaves, length_max);
  unsigned bits = 0;
  size_t end = symbols.size();
  for (size_t length = 1; length < counts.size(); ++length) {
    bits <<= 1;
    const auto part = std::span(symbols).subspan(end - counts[length], counts[length]);
    std::ranges::sort(part);
    for (const uint16_t symbol : part) codes[symbol] = {Reversed(bits++, unsigned(length)), uint8_t(length)};
    end -= counts[length];
  }
  return codes;
}

const Codes& FixedLiteralCodes() {
  static const Codes kCodes = [] {
    Codes codes(kLiteralCount);
    for (unsigned i = 0; i < kLiteralCount; ++i) {
      const unsigned length = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
      const unsigned bits = i < 144 ? i + 48 : i < 256 ? i + 256 : i < 280 ? i - 256 : i - 88;
      codes[i] = {Reversed(bits, length), uint8_t(length)};
    }
    return codes;
  }();
  return kCodes;
}

const Codes& FixedOffsetCodes() {
  static const Codes kCodes = [] {
    Codes codes(kOffsetCount);
    for (unsigned i = 0; i < kOffsetCount; ++i) codes[i] = {Reversed(i, 5), 5};
    return codes;
  }();
  return kCodes;
}

size_t BitCount(const Frequencies& frequencies, const Codes& codes) {
  size_t bits = 0;
  for (size_t i = 0; i < frequencies.size(); ++i) bits += size_t{frequencies[i]} * codes[i].length;
  return bits;
}

// How a block with its own codes says which those are (RFC 1951, 3.2.7).
class CodeLengths {
 public:
  CodeLengths(const Codes& literals, size_t literal_count, const Codes& offsets, size_t offset_count)
      : literal_count_(literal_count), offset_count_(offset_count) {
    std::vector<uint8_t> lengths;
    for (size_t i = 0; i < literal_count; ++i) lengths.push_back(literals[i].length);
    for (size_t i = 0; i < offset_count; ++i) lengths.push_back(offsets[i].length);
    for (auto run = lengths.begin(); run != lengths.end();) {
      const auto end = std::find_if(run, lengths.end(), [&](uint8_t length) { return length != *run; });
      AddRun(*run, size_t(end - run));
      run = end;
    }
    codes_ = CodesFor(frequencies_, 7);
    while (order_count_ > 4 && frequencies_[kOrder[order_count_ - 1]] == 0) --order_count_;
  }

  size_t bit_count() const {
    return 3 + 5 + 5 + 4 + 3 * order_count_ + BitCount(frequencies_, codes_) + 2 * frequencies_[16] +
           3 * frequencies_[17] + 7 * frequencies_[18];
  }

  void Write(BitWriter& out) const {
    out.Write(4, 3);
    out.Write(uint32_t(literal_count_ - 257), 5);
    out.Write(uint32_t(offset_count_ - 1), 5);
    out.Write(uint32_t(order_count_ - 4), 4);
    for (size_t i = 0; i < order_count_; ++i) out.Write(codes_[kOrder[i]].length, 3);
    for (const Item& item : items_) {
      out.Write(codes_[item.symbol].bits, codes_[item.symbol].length);
      if (item.symbol >= 16) out.Write(item.repeat, item.symbol == 16 ? 2 : item.symbol == 17 ? 3 : 7);
    }
  }

 private:
  struct Item {
    uint8_t symbol = 0;  // a length, or how to repeat one
    uint8_t repeat = 0;
  };
  static constexpr std::array<uint8_t, 19> kOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                     11, 4,  12, 3, 13, 2, 14, 1, 15};

  void Add(uint8_t symbol, size_t repeat = 0) {
    items_.push_back({symbol, uint8_t(repeat)});
    ++frequencies_[symbol];
  }

  void AddRun(uint8_t length, size_t count) {
    if (length != 0) {
      Add(length);
      for (--count; count >= 3;) {
        const size_t part = std::min<size_t>(count, 6);
        Add(16, part - 3);
        count -= part;
      }
    } else {
      while (count >= 11) {
        const size_t part = std::min<size_t>(count, 138);
        Add(18, part - 11);
        count -= part;
      }
      if (count >= 3) {
        Add(17, count - 3);
        count = 0;
      }
    }
    for (; count > 0; --count) Add(length);
  }

  size_t literal_count_;
  size_t offset_count_;
  size_t order_count_ = kOrder.size();
  std::vector<Item> items_;
  Frequencies frequencies_ = Frequencies(kOrder.size());
  Codes codes_;
};

size_t CountUsed(const Frequencies& frequencies) {
  size_t count = frequencies.size();
  while (count > 0 && frequencies[count - 1] == 0) --count;
  return count;
}

class BlockWriter {
 public:
  explicit BlockWriter(std::string& text) : text_(text), out_(text) {}

  void WriteStored(std::string_view input, bool last) {
    out_.Write(last ? 1 : 0, 3);
    out_.FillByte();
    out_.Write(uint32_t(input.size()), 16);
    out_.Write(uint32_t(input.size()) ^ 0xffff, 16);
    text_ += input;
  }

  // `input` is what the tokens stand for, or empty where that may not be stored as it is.
  void Write(std::span<const Token> tokens, std::string_view input) {
    constexpr size_t kStoredMax = 65535;
    Frequencies literals(kLiteralCount);
    Frequencies offsets(kOffsetCount);
    size_t extra_bits = 0;
    for (const Token& token : tokens) {
      if (token.offset == 0) {
        ++literals[token.length];
        continue;
      }
      const size_t length_code = kLengths.CodeOf(token.length);
      const size_t offset_code = kOffsets.CodeOf(token.offset);
      ++literals[kEndOfBlock + 1 + length_code];
      ++offsets[offset_code];
      extra_bits += size_t{kLengths.extra_bits[length_code]} + kOffsets.extra_bits[offset_code];
    }
    ++literals[kEndOfBlock];
    if (CountUsed(offsets) == 0) offsets[0] = 1;  // as Go: there is a code for offsets in any case

    const Codes literal_codes = CodesFor(literals, 15);
    const Codes offset_codes = CodesFor(offsets, 15);
    const CodeLengths lengths(literal_codes, CountUsed(literals), offset_codes, CountUsed(offsets));
    const size_t fixed_bits =
        3 + BitCount(literals, FixedLiteralCodes()) + BitCount(offsets, FixedOffsetCodes()) + extra_bits;
    const size_t own_bits = lengths.bit_count() + BitCount(literals, literal_codes) +
                            BitCount(offsets, offset_codes) + extra_bits;
    if (!input.empty() && input.size() <= kStoredMax &&
        (input.size() + 5) * 8 < std::min(fixed_bits, own_bits)) {
      WriteStored(input, /*last=*/false);
    } else if (own_bits < fixed_bits) {
      lengths.Write(out_);
      WriteTokens(tokens, literal_codes, offset_codes);
    } else {
      out_.Write(2, 3);
      WriteTokens(tokens, FixedLiteralCodes(), FixedOffsetCodes());
    }
  }

 private:
  template <size_t kCount>
  void WriteNumber(size_t number, const Ranges<kCount>& ranges, const Code* codes) {
    const size_t code = ranges.CodeOf(number);
    out_.Write(codes[code].bits, codes[code].length);
    out_.Write(uint32_t(number - ranges.begin[code]), ranges.extra_bits[code]);
  }

  void WriteTokens(std::span<const Token> tokens, const Codes& literals, const Codes& offsets) {
    for (const Token& token : tokens) {
      if (token.offset == 0) {
        out_.Write(literals[token.length].bits, literals[token.length].length);
      } else {
        WriteNumber(token.length, kLengths, &literals[kEndOfBlock + 1]);
        WriteNumber(token.offset, kOffsets, offsets.data());
      }
    }
    out_.Write(literals[kEndOfBlock].bits, literals[kEndOfBlock].length);
  }

  std::string& text_;
  BitWriter out_;
};

// Finds the matches. Go sees the text through a buffer of two windows; what is before that is forgotten, even
// where it is less than a window away.
class Matcher {
 public:
  Matcher(std::string_view text, std::string& out) : text_(text), out_(out) {}

  void Run() {
    for (;;) {
      const size_t buffer_end = std::min(text_.size(), buffer_begin_ + 2 * kWindow);
      const bool is_last = buffer_end == text_.size();
      while (index_ < text_.size() && (is_last || buffer_end - index_ >= kLengthMin + kLengthMax)) Step();
      if (is_last) break;
      buffer_begin_ += kWindow;
    }
    if (has_pending_) AddLiteral();
    if (!tokens_.empty()) EndBlock(text_.size());
    out_.WriteStored("", /*last=*/false);
    out_.WriteStored("", /*last=*/true);
  }

 private:
  static constexpr size_t kBlockTokensMax = 1 << 14;
  static constexpr size_t kChainMax = 128;  // places to look at
  static constexpr size_t kNice = 128;      // a match of that length will do
  static constexpr size_t kLazy = 16;       // so will one of that, at the next byte
  static constexpr size_t kNearOffset = 4096;
  static constexpr unsigned kHashBits = 17;

  struct Match {
    size_t length = kLengthMin - 1;
    size_t offset = 0;
  };

  // One byte or match. A match waits for the next byte's, which may be longer.
  void Step() {
    if (IsHashable(index_)) chain_ = Enter(index_);
    const Match previous = match_;
    match_ = {};
    const size_t left = text_.size() - index_;
    if (chain_ > OldestIn(index_) && left > previous.length && previous.length < kLazy) match_ = FindMatch();
    if (previous.length >= kLengthMin && match_.length <= previous.length) {
      tokens_.push_back({uint16_t(previous.length), uint16_t(previous.offset)});
      const size_t end = index_ + previous.length - 1;
      for (++index_; index_ < end; ++index_) {
        if (IsHashable(index_)) Enter(index_);
      }
      has_pending_ = false;
      match_ = {};
      if (tokens_.size() == kBlockTokensMax) EndBlock(index_);
      return;
    }
    if (has_pending_) {
      AddLiteral();
      if (tokens_.size() == kBlockTokensMax) EndBlock(index_);
    }
    ++index_;
    has_pending_ = true;
  }

  // As Go: the longest, of several the nearest; the shortest length only from nearby.
  Match FindMatch() const {
    const size_t longest = std::min(kLengthMax, text_.size() - index_);
    const size_t nice = std::min(longest, kNice);
    const size_t oldest = OldestIn(index_);
    Match best;
    size_t place = chain_;
    for (size_t tries = kChainMax; tries > 0 && place > oldest;
         --tries, place = previous_[(place - 1) % kWindow]) {
      const size_t at = place - 1;
      if (text_[at + best.length] == text_[index_ + best.length]) {
        size_t length = 0;
        while (length < longest && text_[at + length] == text_[index_ + length]) ++length;
        if (length > best.length && (length > kLengthMin || index_ - at <= kNearOffset)) {
          best = {length, index_ - at};
          if (length >= nice) break;
        }
      }
      if (at + kWindow == index_) break;  // the place before it is overwritten
    }
    return best;
  }

  // Places are indices + 1 (0: none). Those above this one are in the window of `index`.
  size_t OldestIn(size_t index) const {
    return std::max(buffer_begin_, index < kWindow ? 0 : index - kWindow);
  }

  bool IsHashable(size_t index) const { return index + kLengthMin <= text_.size(); }

  // Makes `index` the head of its hash chain; the place that was.
  size_t Enter(size_t index) {
    uint32_t bytes = 0;
    for (size_t i = 0; i < kLengthMin; ++i) bytes = bytes << 8 | static_cast<uint8_t>(text_[index + i]);
    uint32_t& head = heads_[(bytes * 0x1e35a7bdu) >> (32 - kHashBits)];
    const uint32_t before = head;
    previous_[index % kWindow] = before;
    head = uint32_t(index + 1);
    return before;
  }

  void AddLiteral() { tokens_.push_back({static_cast<uint8_t>(text_[index_ - 1]), 0}); }

  void EndBlock(size_t end) {
    // As Go: only what is still in the buffer can be stored.
    const bool storable = block_begin_ >= buffer_begin_;
    out_.Write(tokens_, storable ? text_.substr(block_begin_, end - block_begin_) : std::string_view());
    block_begin_ = end;
    tokens_.clear();
  }

  std::string_view text_;
  BlockWriter out_;
  size_t buffer_begin_ = 0;
  size_t block_begin_ = 0;
  size_t index_ = 0;
  size_t chain_ = 0;  // where the last byte that was looked up was seen before; as Go: kept near the end
  Match match_;       // at the byte before `index_`
  bool has_pending_ = false;  // that byte is in no token yet
  std::vector<Token> tokens_;
  std::vector<uint32_t> heads_ = std::vector<uint32_t>(size_t{1} << kHashBits);
  std::vector<uint32_t> previous_ = std::vector<uint32_t>(kWindow);
};

}  // namespace

std::string Deflate(std::string_view text) {
  std::string out;
  Matcher(text, out).Run();
  return out;
}

}  // namespace cairn::hcl
