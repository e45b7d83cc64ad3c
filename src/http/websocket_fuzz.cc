// WebSocket frames: the messages, control frames and errors do not depend on how the bytes are split.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/websocket_codec.h"

namespace {

using cairn::http::WebSocketOpcode;
using cairn::http::WebSocketReader;
using cairn::http::WebSocketRole;
using Event = WebSocketReader::Event;

// Whole messages, control frames and the error, in order. A message that the error cuts off is left out: how
// much of it was delivered depends on the split.
std::string Events(WebSocketRole role, std::string_view bytes, uint32_t seed) {
  WebSocketReader reader(role, 1000);
  std::string text;
  std::string message;
  size_t begin = 0;
  size_t end = 0;
  for (;;) {
    std::vector<char> unread(bytes.begin() + static_cast<ptrdiff_t>(begin),
                             bytes.begin() + static_cast<ptrdiff_t>(end));
    const WebSocketReader::Step step = reader.Feed(unread);
    if (step.consumed > unread.size()) abort();
    begin += step.consumed;
    if (step.event == Event::kError) return text + "error " + std::to_string(step.close_code);
    if (step.event == Event::kData) {
      message += step.data;
      if (message.size() > 1000) abort();
      if (!step.message_end) continue;
      text += (step.opcode == WebSocketOpcode::kText ? "text " : "binary ") + message + '\n';
      message.clear();
    } else if (step.event != Event::kNeedMore) {
      text += std::to_string(static_cast<int>(step.event)) + ' ' + std::string(step.data) + ' ' +
              std::to_string(step.close_code) + '\n';
    } else {
      if (end == bytes.size()) return text;
      seed = seed * 1664525 + 1013904223;
      end += std::min(size_t{1} + (seed >> 24) % 32, bytes.size() - end);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const WebSocketRole role = (data[0] & 1) != 0 ? WebSocketRole::kServer : WebSocketRole::kClient;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (Events(role, bytes, data[1]) != Events(role, bytes, data[1] + 1000U)) abort();
  return 0;
}
