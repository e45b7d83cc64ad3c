#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace cairn {

std::string_view ToString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kDenied:
      return "denied";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kDisconnected:
      return "disconnected";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kOverloaded:
      return "overloaded";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

Error Error::In(std::string_view context) const& {
  std::string text(context);
  text += ": ";
  text += message;
  return Error{code, std::move(text)};
}

namespace {

ErrorCode CodeOfErrno(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kDenied;
    case EEXIST:
    case EADDRINUSE:
      return ErrorCode::kConflict;
    case EINVAL:
    case EISDIR:
    case ELOOP:
    case EADDRNOTAVAIL:
    case ENAMETOOLONG:
      return ErrorCode::kInvalid;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return ErrorCode::kUnavailable;
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED:
      return ErrorCode::kDisconnected;
    case ETIMEDOUT:
      return ErrorCode::kTimeout;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::kOverloaded;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

Error ErrnoError(int number, std::string_view what) {
  std::string text(what);
  text += ": ";
  text += std::generic_category().message(number);
  return Error{CodeOfErrno(number), std::move(text)};
}

}  // namespace cairn
