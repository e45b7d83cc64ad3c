// Chinese, Japanese and Korean: sets whose characters have up to four bytes.

#include <array>
#include <memory>
#include <unordered_map>
#include <vector>

#include "hcl/charset_table.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

using Byte = unsigned char;

// A table as it is used: characters by place, and places by character.
class Places {
 public:
  static constexpr char32_t kNone = 0;

  explicit Places(std::string_view table) {
    const auto made = std::make_shared<Table>();
    size_t count = 0;
    bool is_decoded_only = false;
    while (!table.empty()) {
      const char first = table.front();
      size_t length = 1;
      if (first >= '0' && first <= '9') {
        count = count * 10 + size_t(first - '0');
      } else if (first == '.') {
        made->characters.resize(made->characters.size() + (count == 0 ? 1 : count), kNone);
        count = 0;
      } else if (first == '+') {
        for (; count > 0; --count) made->Add(made->characters.back() + 1);
      } else if (first == '*') {
        is_decoded_only = true;
      } else {
        const char32_t character = DecodeCharacter(table, length);
        made->Add(character, is_decoded_only);
        is_decoded_only = false;
      }
      table.remove_prefix(length);
    }
    table_ = made;
  }

  char32_t At(size_t place) const {
    return place < table_->characters.size() ? table_->characters[place] : kNone;
  }
  std::optional<size_t> Find(char32_t character) const {
    const auto found = table_->places.find(character);
    return found == table_->places.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  struct Table {
    void Add(char32_t character, bool is_decoded_only = false) {
      if (!is_decoded_only) places.emplace(character, characters.size());
      characters.push_back(character);
    }

    std::vector<char32_t> characters;
    std::unordered_map<char32_t, size_t> places;
  };
  std::shared_ptr<const Table> table_;  // copies share it
};

// One set, from text and back, character by character.
class Coder {
 public:
  virtual ~Coder() = default;

  // Appends a character that is not ASCII, or says that it cannot.
  virtual bool Encode(char32_t character, std::string& out) = 0;
  virtual bool EncodeAscii(char character, std::string& out) {
    out += character;
    return true;
  }
  virtual void EndEncoding(std::string& /*out*/) {}

  // Appends what `bytes` begins with and gives its length; 0 if that is nothing.
  virtual size_t Decode(std::string_view bytes, std::string& out) = 0;
};

size_t Append(std::string& out, char32_t character, size_t length) {
  if (character == Places::kNone) return 0;
  AppendCharacter(out, character);
  return length;
}

Byte At(std::string_view bytes, size_t i) {
  return i < bytes.size() ? static_cast<Byte>(bytes[i]) : 0;
}

bool IsWithin(Byte byte, Byte min, Byte max) {
  return byte >= min && byte <= max;
}

constexpr char32_t kHalfwidth = 0xFF61;  // 63 Japanese letters
constexpr char32_t kHalfwidthCount = 63;
bool IsHalfwidth(char32_t character) {
  return character >= kHalfwidth && character < kHalfwidth + kHalfwidthCount;
}

void AppendRow(std::string& out, size_t place, size_t row_length, Byte first_row, Byte first_column) {
  out += static_cast<char>(first_row + place / row_length);
  out += static_cast<char>(first_column + place % row_length);
}

// Two rows of JIS X 0208 have one first byte.
class ShiftJis final : public Coder {
 public:
  bool Encode(char32_t character, std::string& out) override {
    if (character == 0x80) {
      out += '\x80';
      return true;
    }
    if (IsHalfwidth(character)) {
      out += static_cast<char>(character - kHalfwidth + 0xA1);
      return true;
    }
    const auto place = jis_.Find(character);
    if (!place) return false;
    const size_t lead = *place / kRow;
    const size_t trail = *place % kRow;
    out += static_cast<char>(lead + (lead < 0x1F ? 0x81 : 0xC1));
    out += static_cast<char>(trail + (trail < 0x3F ? 0x40 : 0x41));
    return true;
  }
  size_t Decode(std::string_view bytes, std::string& out) override {
    const Byte lead = At(bytes, 0);
    const Byte trail = At(bytes, 1);
    if (lead == 0x80) return Append(out, lead, 1);
    if (IsWithin(lead, 0xA1, 0xDF)) return Append(out, kHalfwidth + lead - 0xA1, 1);
    if (!IsWithin(lead, 0x81, 0xFC) || lead == 0xA0 || !IsWithin(trail, 0x40, 0xFC) || trail == 0x7F)
      return 0;
    const size_t row = size_t(lead - (lead < 0xA0 ? 0x81 : 0xC1));
    return Append(out, jis_.At(row * kRow + trail - (trail < 0x7F ? 0x40 : 0x41)), 2);
  }

 private:
  static constexpr size_t kRow = 188;
  const Places jis_{kJis0208};
};

class EucJp final : public Coder {
 public:
  bool Encode(char32_t character, std::string& out) override {
    if (IsHalfwidth(character)) {
      out += '\x8E';
      out += static_cast<char>(character - kHalfwidth + 0xA1);
      return true;
    }
    auto place = jis_.Find(character);
    if (!place || *place >= 94 * 94) {
      place = more_.Find(character);
      if (!place) return false;
      out += '\x8F';
    }
    AppendRow(out, *place, 94, 0xA1, 0xA1);
    return true;
  }
  size_t Decode(std::string_view bytes, std::string& out) override {
    const Byte lead = At(bytes, 0);
    const Byte second = At(bytes, 1);
    if (lead == 0x8E && IsWithin(second, 0xA1, 0xDF)) return Append(out, kHalfwidth + second - 0xA1, 2);
    const size_t start = lead == 0x8F ? 1 : 0;
    const Byte row = At(bytes, start);
    const Byte column = At(bytes, start + 1);
    if (!IsWithin(row, 0xA1, 0xFE) || !IsWithin(column, 0xA1, 0xFE)) return 0;
    const size_t place = size_t(row - 0xA1) * 94 + column - 0xA1;
    return Append(out, start == 1 ? more_.At(place) : jis_.At(place), start + 2);
  }

 private:
  const Places jis_{kJis0208};
  const Places more_{kJis0212};
};

// Seven bits, with escapes between sets. Writes ASCII, halfwidth letters and JIS X 0208; also reads JIS X
// 0212.
class Iso2022Jp final : public Coder {
 public:
  bool Encode(char32_t character, std::string& out) override {
    if (IsHalfwidth(character)) {
      Shift(Set::kLetters, out);
      out += static_cast<char>(character - kHalfwidth + 0x21);
      return true;
    }
    const auto place = jis_.Find(character);
    if (!place || *place >= 94 * 94) return false;
    Shift(Set::kJis, out);
    AppendRow(out, *place, 94, 0x21, 0x21);
    return true;
  }
  bool EncodeAscii(char character, std::string& out) override {
    Shift(Set::kAscii, out);
    out += character;
    return true;
  }
  void EndEncoding(std::string& out) override { Shift(Set::kAscii, out); }

  size_t Decode(std::string_view bytes, std::string& out) override {
    if (bytes[0] == '\x1B') return DecodeEscape(bytes);
    const Byte first = At(bytes, 0);
    const Byte second = At(bytes, 1);
    if (first >= 0x80) return 0;
    if (first == '\n' || set_ == Set::kAscii) {
      set_ = Set::kAscii;
      out += bytes[0];
      return 1;
    }
    if (set_ == Set::kLetters) {
      return IsWithin(first, 0x21, 0x5F) ? Append(out, kHalfwidth + first - 0x21, 1) : 0;
    }
    if (bytes.size() < 2) return 0;
    const size_t place = size_t(first - 0x21) * 94 + size_t(second - 0x21);
    return Append(out, set_ == Set::kJis ? jis_.At(place) : more_.At(place), 2);
  }

 private:
  enum class Set : uint8_t { kAscii, kLetters, kJis, kMore };

  void Shift(Set set, std::string& out) {
    if (set == set_) return;
    set_ = set;
    out += set == Set::kAscii ? "\x1B(B" : set == Set::kLetters ? "\x1B(I" : "\x1B$B";
  }

  size_t DecodeEscape(std::string_view bytes) {
    struct Escape {
      std::string_view text;
      Set set;
    };
    constexpr std::array<Escape, 6> kEscapes = {{{"\x1B(B", Set::kAscii},
                                                 {"\x1B(J", Set::kAscii},
                                                 {"\x1B(I", Set::kLetters},
                                                 {"\x1B$@", Set::kJis},
                                                 {"\x1B$B", Set::kJis},
                                                 {"\x1B$(D", Set::kMore}}};
    for (const Escape& escape : kEscapes) {
      if (!bytes.starts_with(escape.text)) continue;
      set_ = escape.set;
      return escape.text.size();
    }
    return 0;
  }

  const Places jis_{kJis0208};
  const Places more_{kJis0212};
  Set set_ = Set::kAscii;
};

// A first byte from 0x81 on, and a second one that depends on the set.
class TwoBytes : public Coder {
 public:
  // Columns go from `first` on, but leave out `gap` bytes from `gap_begin` on.
  TwoBytes(std::string_view table, size_t row, Byte first, Byte gap_begin, Byte gap)
      : places_(table), row_(row), first_(first), gap_begin_(gap_begin), gap_(gap) {}

  bool Encode(char32_t character, std::string& out) override {
    const auto place = places_.Find(character);
    if (!place) return false;
    size_t trail = *place % row_ + first_;
    if (trail >= gap_begin_) trail += gap_;
    out += static_cast<char>(*place / row_ + 0x81);
    out += static_cast<char>(trail);
    return true;
  }
  size_t Decode(std::string_view bytes, std::string& out) override {
    const auto place = PlaceOf(bytes);
    return place ? Append(out, places_.At(*place), 2) : 0;
  }

 protected:
  std::optional<size_t> PlaceOf(std::string_view bytes) const {
    const Byte lead = At(bytes, 0);
    const Byte trail = At(bytes, 1);
    if (!IsWithin(lead, 0x81, 0xFE) || !IsWithin(trail, first_, 0xFE)) return std::nullopt;
    if (trail >= gap_begin_ && trail < gap_begin_ + gap_) return std::nullopt;
    return size_t(lead - 0x81) * row_ + trail - first_ - (trail >= gap_begin_ ? gap_ : 0);
  }
  const Places& places() const { return places_; }

 private:
  const Places places_;
  const size_t row_;
  const Byte first_;
  const Byte gap_begin_;
  const Byte gap_;
};

class Big5 final : public TwoBytes {
 public:
  Big5() : TwoBytes(kBig5, 157, 0x40, 0x7F, 0x22) {}

  // Four codes stand for two characters each.
  size_t Decode(std::string_view bytes, std::string& out) override {
    for (const auto& [code, text] : kPairs) {
      if (!bytes.starts_with(code)) continue;
      out += text;
      return 2;
    }
    return TwoBytes::Decode(bytes, out);
  }

 private:
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kPairs = {
      {{"\x88\x62", "\u00CA\u0304"},
       {"\x88\x64", "\u00CA\u030C"},
       {"\x88\xA3", "\u00EA\u0304"},
       {"\x88\xA5", "\u00EA\u030C"}}};
};

// The byte 0x80 is the euro sign, which GB18030 writes with two bytes.
class Gbk : public TwoBytes {
 public:
  explicit Gbk(bool writes_short_euro)
      : TwoBytes(kGbk, 190, 0x40, 0x7F, 1), writes_short_euro_(writes_short_euro) {}

  bool Encode(char32_t character, std::string& out) override {
    if (character != kEuro) return TwoBytes::Encode(character, out);
    out += writes_short_euro_ ? "\x80" : "\xA2\xE3";
    return true;
  }
  size_t Decode(std::string_view bytes, std::string& out) override {
    return bytes[0] == '\x80' ? Append(out, kEuro, 1) : TwoBytes::Decode(bytes, out);
  }

 private:
  static constexpr char32_t kEuro = 0x20AC;
  const bool writes_short_euro_;
};

// All of Unicode: what GBK lacks has four bytes, which count up in the order of the characters.
class Gb18030 final : public Gbk {
 public:
  Gb18030() : Gbk(/*writes_short_euro=*/false) {
    const auto made = std::make_shared<FourBytes>();
    for (char32_t c = 0x80; c < 0x10000; ++c) {
      const bool is_surrogate = c >= 0xD800 && c < 0xE000;
      if (is_surrogate || !HasPrivate(c) || c == 0x20AC || places().Find(c)) continue;
      made->numbers.emplace(c, made->characters.size());
      made->characters.push_back(c);
    }
    four_bytes_ = made;
  }

  bool Encode(char32_t character, std::string& out) override {
    if (Gbk::Encode(character, out)) return true;
    size_t number = 0;
    if (character >= 0x10000) {
      number = kSupplement + character - 0x10000;
    } else if (const auto found = four_bytes_->numbers.find(character); found != four_bytes_->numbers.end()) {
      number = found->second;
    } else {
      return false;
    }
    out += static_cast<char>(number / 12'600 + 0x81);
    out += static_cast<char>(number / 1'260 % 10 + 0x30);
    out += static_cast<char>(number / 10 % 126 + 0x81);
    out += static_cast<char>(number % 10 + 0x30);
    return true;
  }

  size_t Decode(std::string_view bytes, std::string& out) override {
    if (!IsWithin(At(bytes, 1), 0x30, 0x39)) return Gbk::Decode(bytes, out);
    if (!IsWithin(At(bytes, 0), 0x81, 0xFE) || !IsWithin(At(bytes, 2), 0x81, 0xFE) ||
        !IsWithin(At(bytes, 3), 0x30, 0x39)) {
      return 0;
    }
    const size_t number = size_t(At(bytes, 0) - 0x81) * 12'600 + size_t(At(bytes, 1) - 0x30) * 1'260 +
                          size_t(At(bytes, 2) - 0x81) * 10 + size_t(At(bytes, 3) - 0x30);
    if (number < four_bytes_->characters.size()) return Append(out, four_bytes_->characters[number], 4);
    if (number < kSupplement || number >= kSupplement + 0x100000) return 0;
    return Append(out, char32_t(number - kSupplement + 0x10000), 4);
  }

 private:
  static constexpr size_t kSupplement = 189'000;  // the number of U+10000

  // Of the characters for private use that begin at U+E000, some are left to others.
  static bool HasPrivate(char32_t c) {
    constexpr std::array<std::pair<char32_t, char32_t>, 13> kKept = {{{0xE76C, 0xE76C},
                                                                      {0xE7C8, 0xE7C8},
                                                                      {0xE7E7, 0xE7F3},
                                                                      {0xE815, 0xE815},
                                                                      {0xE819, 0xE81D},
                                                                      {0xE81F, 0xE825},
                                                                      {0xE827, 0xE82A},
                                                                      {0xE82D, 0xE830},
                                                                      {0xE833, 0xE83A},
                                                                      {0xE83C, 0xE842},
                                                                      {0xE844, 0xE853},
                                                                      {0xE856, 0xE863},
                                                                      {0xE865, 0xFFFF}}};
    if (c < 0xE000) return true;
    for (const auto& [begin, end] : kKept) {
      if (c >= begin && c <= end) return true;
    }
    return false;
  }

  struct FourBytes {
    std::vector<char32_t> characters;
    std::unordered_map<char32_t, size_t> numbers;
  };
  std::shared_ptr<const FourBytes> four_bytes_;  // copies share it
};

// Seven bits: "~{" begins GB2312, "~}" ends it.
class Hz final : public Coder {
 public:
  bool Encode(char32_t character, std::string& out) override {
    std::string code;
    if (!gbk_.Encode(character, code) || code.size() != 2) return false;
    if (static_cast<Byte>(code[0]) < 0xA1 || static_cast<Byte>(code[1]) < 0xA1) return false;
    if (!is_shifted_) out += "~{";
    is_shifted_ = true;
    for (const char byte : code) out += static_cast<char>(byte & 0x7F);
    return true;
  }
  // A "~" is doubled and does not end GB2312, nor does the end of the text: so the peer has it.
  bool EncodeAscii(char character, std::string& out) override {
    if (character == '~') {
      out += "~~";
      return true;
    }
    if (is_shifted_) out += "~}";
    is_shifted_ = false;
    out += character;
    return true;
  }
  size_t Decode(std::string_view bytes, std::string& out) override {
    const Byte first = At(bytes, 0);
    if (first >= 0x80) return 0;
    if (first == '~') return DecodeEscape(At(bytes, 1), out);
    if (!is_shifted_) {
      out += bytes[0];
      return 1;
    }
    const Byte second = At(bytes, 1);
    if (!IsWithin(first, 0x21, 0x7D) || !IsWithin(second, 0x21, 0x7E)) return 0;
    const char code[] = {static_cast<char>(first | 0x80), static_cast<char>(second | 0x80)};
    return gbk_.Decode({code, 2}, out);
  }

 private:
  size_t DecodeEscape(Byte second, std::string& out) {
    if (second == '~') {
      out += '~';
    } else if (second == '{' || second == '}') {
      is_shifted_ = second == '{';
    } else if (second != '\n') {
      return 0;
    }
    return 2;
  }

  Gbk gbk_{/*writes_short_euro=*/false};
  bool is_shifted_ = false;
};

// A coder as it is at the beginning of a text. Its tables are made once.
template <typename Kind, typename... Arguments>
Kind Fresh(Arguments... arguments) {
  static const Kind prototype(arguments...);
  return prototype;
}

template <typename Use>
auto WithCoder(CharsetKind kind, Use use) {
  switch (kind) {
    case CharsetKind::kShiftJis:
      return use(Fresh<ShiftJis>());
    case CharsetKind::kEucJp:
      return use(Fresh<EucJp>());
    case CharsetKind::kIso2022Jp:
      return use(Fresh<Iso2022Jp>());
    case CharsetKind::kGbk:
      return use(Fresh<Gbk>(/*writes_short_euro=*/true));
    case CharsetKind::kGb18030:
      return use(Fresh<Gb18030>());
    case CharsetKind::kHz:
      return use(Fresh<Hz>());
    case CharsetKind::kBig5:
      return use(Fresh<Big5>());
    default:
      return use(Fresh<TwoBytes>(kEucKr, 190, 0x41, 0xFF, 0));
  }
}

// Sets that shift between others read each byte; in all others ASCII stands for itself.
bool HasShifts(CharsetKind kind) {
  return kind == CharsetKind::kIso2022Jp || kind == CharsetKind::kHz;
}

}  // namespace

std::optional<std::string> EncodeMultibyte(CharsetKind kind, std::string_view text) {
  return WithCoder(kind, [text](Coder&& coder) -> std::optional<std::string> {
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
      size_t length = 0;
      const char32_t character = DecodeCharacter(rest, length);
      const bool done = character < 0x80 ? coder.EncodeAscii(static_cast<char>(character), out)
                                         : coder.Encode(character, out);
      if (!done) return std::nullopt;
      rest.remove_prefix(length);
    }
    coder.EndEncoding(out);
    return out;
  });
}

std::optional<std::string> DecodeMultibyte(CharsetKind kind, std::string_view bytes) {
  const bool has_shifts = HasShifts(kind);
  return WithCoder(kind, [bytes, has_shifts](Coder&& coder) -> std::optional<std::string> {
    std::string out;
    for (std::string_view rest = bytes; !rest.empty();) {
      const bool is_ascii = !has_shifts && static_cast<Byte>(rest[0]) < 0x80;
      if (is_ascii) out += rest[0];
      const size_t length = is_ascii ? 1 : coder.Decode(rest, out);
      if (length == 0) return std::nullopt;
      rest.remove_prefix(length);
    }
    return out;
  });
}

}  // namespace cairn::hcl
