#pragma once

// A DNS server on a UDP port of the loopback interface, for tests of what looks names up.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/task_group.h"

namespace cairn::net {

// Answers A and AAAA questions from `records`, NXDOMAIN for other names, as long as the loop runs.
class TestNameServer {
 public:
  // Serves at the IPv4 address `host`; port 0 takes a free one.
  explicit TestNameServer(Loop& loop, std::string_view host = "127.0.0.1", uint16_t port = 0);

  uint16_t port() const { return address_.port(); }

  // Lower-case name -> numeric addresses. May be changed between questions.
  std::map<std::string, std::vector<std::string>> records;
  int rcode = 0;        // what every question is answered with, unless 0 (RFC 1035, 4.1.1)
  bool silent = false;  // takes questions and does not answer

  int questions() const { return questions_; }

 private:
  Task<void> Serve();
  std::string Answer(const std::string& question) const;

  UniqueFd fd_;
  Watcher watcher_;
  Address address_;
  int questions_ = 0;
  TaskGroup serving_;  // last: uses the others
};

}  // namespace cairn::net
