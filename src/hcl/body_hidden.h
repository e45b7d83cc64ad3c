#pragma once

// For the files body*.cc alone.

#include <memory>
#include <string>
#include <vector>

#include "hcl/body.h"

namespace cairn::hcl {

struct Body::Hidden {
  std::vector<std::string> attributes;
  std::vector<std::string> blocks;  // of the native syntax; of several of a type there may be several entries
};

SourceRange RangeBetween(SourceRange first, const SourceRange& last);
SourceRange BodyStart(Node body);  // where the first item of a body of the native syntax could stand
void ReportMissingArguments(const BodySchema& schema, const Content& content, Diagnostics& diagnostics);

}  // namespace cairn::hcl
