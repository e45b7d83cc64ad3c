#pragma once

// Result<T>: the value of an operation that can fail in the world, or an Error.
// Mistakes in what a user wrote are diagnostics with a place; our own bugs are assertions; the rest is this.

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace cairn {

// Classified by what the caller can do next.
enum class ErrorCode {
  kInvalid,       // the input is wrong: correct it, do not retry
  kNotFound,      // the thing named is not there
  kConflict,      // somebody else changed or holds it: read again, then decide
  kDenied,        // credentials or permissions are wrong
  kUnavailable,   // not now: retry later
  kDisconnected,  // the connection ended: reconnect; the operation may or may not have happened
  kTimeout,       // no answer in time: the operation may or may not have happened
  kOverloaded,    // a bound was reached: shed load or raise the bound
  kInternal,      // the system answered something that it must not
};

// The lower-case name, as logs and metrics use it ("unavailable").
std::string_view ToString(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // a sentence without a full stop: what, where, what to do

  // The same error, saying what was being done: "context: message".
  Error In(std::string_view context) const&;
};

template <typename T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

// An Error of the calling thread's `errno` value `number`: "WHAT: No such file or directory".
Error ErrnoError(int number, std::string_view what);
inline std::unexpected<Error> FailErrno(int number, std::string_view what) {
  return std::unexpected<Error>(ErrnoError(number, what));
}

}  // namespace cairn
