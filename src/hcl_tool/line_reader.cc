#include "hcl_tool/line_reader.h"

#include <histedit.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace cairn::hcl_tool {
namespace {

constexpr int kHistoryEntries = 1000;

class PipeReader final : public LineReader {
 public:
  explicit PipeReader(size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  Event Read(const char*, std::string& line) override {
    line.clear();
    for (int c; (c = std::getc(stdin)) != EOF;) {
      if (c == '\n') return Event::kLine;
      if (line.size() >= line_bytes_max_) return Event::kEnd;
      line += char(c);
    }
    return line.empty() ? Event::kEnd : Event::kLine;
  }
  void Remember(const std::string&) override {}

 private:
  size_t line_bytes_max_;
};

// libedit. Ctrl-C is a key like others while it reads.
class TerminalReader final : public LineReader {
 public:
  TerminalReader() : editor_(el_init("cairn-hcl", stdin, stdout, stderr)), history_(history_init()) {
    HistEvent event;
    history(history_, &event, H_SETSIZE, kHistoryEntries);
    history(history_, &event, H_SETUNIQUE, 1);
    el_set(editor_, EL_CLIENTDATA, this);
    el_set(editor_, EL_PROMPT, &TerminalReader::Prompt);
    el_set(editor_, EL_HIST, history, history_);
    el_set(editor_, EL_EDITOR, "emacs");
    el_set(editor_, EL_SETTY, "-d", "-isig", nullptr);
    el_set(editor_, EL_ADDFN, "cancel", "Forget what was begun", &TerminalReader::Cancel);
    el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_source(editor_, nullptr);
    el_set(editor_, EL_BIND, "^C", "cancel", nullptr);
  }
  ~TerminalReader() override {
    history_end(history_);
    el_end(editor_);
  }
  TerminalReader(const TerminalReader&) = delete;
  TerminalReader& operator=(const TerminalReader&) = delete;

  Event Read(const char* prompt, std::string& line) override {
    prompt_ = prompt;
    cancelled_ = false;
    int count = 0;
    // el_gets would do so only after it wrote the prompt; a key that answers the prompt at once would be the
    // terminal's.
    el_set(editor_, EL_PREP_TERM, 1);
    const char* text = el_gets(editor_, &count);
    if (cancelled_) return Event::kCancelled;
    if (text == nullptr || count <= 0) {
      std::fputs("\n", stdout);
      return Event::kEnd;
    }
    std::string_view read(text, size_t(count));
    while (read.ends_with('\n') || read.ends_with('\r')) read.remove_suffix(1);
    line = read;
    return Event::kLine;
  }

  void Remember(const std::string& entry) override {
    HistEvent event;
    history(history_, &event, H_ENTER, entry.c_str());
  }

 private:
  static TerminalReader* Of(EditLine* editor) {
    TerminalReader* reader = nullptr;
    el_get(editor, EL_CLIENTDATA, &reader);
    return reader;
  }
  static const char* Prompt(EditLine* editor) { return Of(editor)->prompt_; }
  static unsigned char Cancel(EditLine* editor, int) {
    Of(editor)->cancelled_ = true;
    std::fputs("^C\n", stdout);
    std::fflush(stdout);
    return CC_NEWLINE;
  }

  EditLine* editor_;
  History* history_;
  const char* prompt_ = "";
  bool cancelled_ = false;
};

}  // namespace

std::unique_ptr<LineReader> MakePipeReader(size_t line_bytes_max) {
  return std::make_unique<PipeReader>(line_bytes_max);
}

std::unique_ptr<LineReader> MakeTerminalReader() {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) return nullptr;
  std::setlocale(LC_CTYPE, "C.UTF-8");
  return std::make_unique<TerminalReader>();
}

}  // namespace cairn::hcl_tool
