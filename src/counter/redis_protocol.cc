#include "counter/redis_protocol.h"

#include <hiredis/read.h>
#include <openssl/sha.h>

#include <array>
#include <cassert>
#include <utility>

#include "base/strings.h"

namespace cairn::counter {

std::string_view RedisReply::error_code() const {
  if (!IsError()) return {};
  return std::string_view(text).substr(0, text.find(' '));
}

RedisScript::RedisScript(std::string_view script_source) : source(script_source) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(source.data()), source.size(), digest.data());
  for (const unsigned char byte : digest) sha1 += Format("{:02x}", byte);
}

struct RedisReader::Impl {
  struct FreeReader {
    void operator()(redisReader* freed) const { redisReaderFree(freed); }
  };

  explicit Impl(size_t reply_bytes_max);
  Error Break(std::string message);

  // Where hiredis puts the reply that it is reading: a new root, or the next element of the parent. Null,
  // which stops it, beyond kValuesMax.
  static RedisReply* Add(const redisReadTask* task, RedisReply::Kind kind);
  static void* CreateString(const redisReadTask* task, char* text, size_t size);
  static void* CreateArray(const redisReadTask* task, int size);
  static void* CreateInteger(const redisReadTask* task, long long value);
  static void* CreateNil(const redisReadTask* task);
  static void Free(void* reply) { delete static_cast<RedisReply*>(reply); }

  const size_t bytes_max;
  redisReplyObjectFunctions functions{CreateString, CreateArray, CreateInteger, CreateNil, Free};
  std::unique_ptr<redisReader, FreeReader> reader;
  size_t unread = 0;  // bytes fed since the end of the last whole reply
  size_t values = 0;  // of the reply being read
  std::optional<Error> broken;
};

RedisReader::Impl::Impl(size_t reply_bytes_max)
    : bytes_max(reply_bytes_max), reader(redisReaderCreateWithFunctions(&functions)) {
  if (!reader) throw std::bad_alloc();
  reader->privdata = this;
}

Error RedisReader::Impl::Break(std::string message) {
  reader.reset();  // and with it what was buffered
  return broken.emplace(Error{ErrorCode::kInternal, std::move(message)});
}

RedisReply* RedisReader::Impl::Add(const redisReadTask* task, RedisReply::Kind kind) {
  if (++static_cast<Impl*>(task->privdata)->values > kValuesMax) return nullptr;
  RedisReply* reply;
  if (task->parent == nullptr) {
    reply = new RedisReply;
  } else {
    // May move the siblings before it, to which nothing points any more: they are complete.
    reply = &static_cast<RedisReply*>(task->parent->obj)->elements.emplace_back();
  }
  reply->kind = kind;
  return reply;
}

void* RedisReader::Impl::CreateString(const redisReadTask* task, char* text, size_t size) {
  RedisReply::Kind kind = RedisReply::Kind::kString;
  if (task->type == REDIS_REPLY_STATUS) kind = RedisReply::Kind::kStatus;
  if (task->type == REDIS_REPLY_ERROR) kind = RedisReply::Kind::kError;
  RedisReply* reply = Add(task, kind);
  if (reply != nullptr) reply->text.assign(text, size);
  return reply;
}

void* RedisReader::Impl::CreateArray(const redisReadTask* task, int size) {
  // Nothing is reserved for `size`: the peer only says so.
  if (std::cmp_greater(size, kValuesMax)) return nullptr;
  return Add(task, RedisReply::Kind::kArray);
}

void* RedisReader::Impl::CreateInteger(const redisReadTask* task, long long value) {
  RedisReply* reply = Add(task, RedisReply::Kind::kInteger);
  if (reply != nullptr) reply->integer = value;
  return reply;
}

void* RedisReader::Impl::CreateNil(const redisReadTask* task) {
  return Add(task, RedisReply::Kind::kNil);
}

RedisReader::RedisReader(size_t reply_bytes_max) : impl_(std::make_unique<Impl>(reply_bytes_max)) {}
RedisReader::~RedisReader() = default;

void RedisReader::Feed(std::string_view bytes) {
  if (impl_->broken) return;
  if (redisReaderFeed(impl_->reader.get(), bytes.data(), bytes.size()) != REDIS_OK) {
    impl_->Break("out of memory for a reply of Redis");
    return;
  }
  impl_->unread += bytes.size();
}

Result<std::optional<RedisReply>> RedisReader::Next() {
  Impl& impl = *impl_;
  if (impl.broken) return std::unexpected(*impl.broken);
  void* found = nullptr;
  const int status = redisReaderGetReply(impl.reader.get(), &found);
  const std::unique_ptr<RedisReply> reply(static_cast<RedisReply*>(found));
  if (status != REDIS_OK) {
    return std::unexpected(
        impl.Break(impl.reader->err == REDIS_ERR_OOM
                       ? Format("the reply of Redis has more than {} values", kValuesMax)
                       : Format("the reply is not one of the Redis protocol: {}", impl.reader->errstr)));
  }
  const size_t left = reply ? impl.reader->len - impl.reader->pos : 0;
  if (impl.unread - left > impl.bytes_max) {
    return std::unexpected(impl.Break(Format("the reply of Redis has more than {} bytes", impl.bytes_max)));
  }
  if (!reply) return std::nullopt;
  impl.unread = left;
  impl.values = 0;
  return std::move(*reply);
}

bool RedisReader::empty() const {
  return !impl_->broken && impl_->unread == 0;
}

std::string FormatRedisCommand(std::span<const std::string> words) {
  std::string command = Format("*{}\r\n", words.size());
  for (const std::string& word : words) command += Format("${}\r\n{}\r\n", word.size(), word);
  return command;
}

}  // namespace cairn::counter
