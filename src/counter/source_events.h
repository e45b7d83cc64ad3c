#pragma once

// What a number source tells whoever counts such things.

#include <cstdint>

namespace cairn::counter {

class SourceEvents {
 public:
  virtual ~SourceEvents() = default;
  // The store has forgotten numbers, for certain.
  virtual void OnRegression() {}
  // The store restarted or was replaced, and numbering went on above what it may have forgotten.
  virtual void OnFailOver() {}
  // The ledger's window as it is now: its epoch, and how many numbers it has left.
  virtual void OnWindow(int64_t /*epoch*/, int64_t /*remaining*/) {}
};

}  // namespace cairn::counter
