#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace cairn {
namespace {

TEST(Error, GainsContextInFront) {
  const Error error{ErrorCode::kTimeout, "no answer in 2s"};
  const Error wider = error.In("connect").In("read the ledger");
  EXPECT_EQ(wider.message, "read the ledger: connect: no answer in 2s");
  EXPECT_EQ(wider.code, ErrorCode::kTimeout);
  EXPECT_EQ(ToString(wider.code), "timeout");
}

TEST(ErrnoError, SaysWhatTheCallerCanDo) {
  EXPECT_EQ(ErrnoError(ENOENT, "open /x").message, "open /x: No such file or directory");
  EXPECT_EQ(ErrnoError(ENOENT, "").code, ErrorCode::kNotFound);
  EXPECT_EQ(ErrnoError(EACCES, "").code, ErrorCode::kDenied);
  EXPECT_EQ(ErrnoError(EADDRINUSE, "").code, ErrorCode::kConflict);
  EXPECT_EQ(ErrnoError(ECONNREFUSED, "").code, ErrorCode::kUnavailable);
  EXPECT_EQ(ErrnoError(ECONNRESET, "").code, ErrorCode::kDisconnected);
  EXPECT_EQ(ErrnoError(ETIMEDOUT, "").code, ErrorCode::kTimeout);
  EXPECT_EQ(ErrnoError(EMFILE, "").code, ErrorCode::kOverloaded);
  EXPECT_EQ(ErrnoError(EISDIR, "").code, ErrorCode::kInvalid);
  EXPECT_EQ(ErrnoError(EIO, "").code, ErrorCode::kInternal);
  const Result<int> failed = FailErrno(EPIPE, "write");
  EXPECT_EQ(failed.error().code, ErrorCode::kDisconnected);
}

}  // namespace
}  // namespace cairn
