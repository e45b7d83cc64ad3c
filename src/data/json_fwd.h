#pragma once

// The type of JSON values, for headers that only name it; data/json.h has what is done with them.

#include <boost/json/fwd.hpp>

namespace cairn::data {

using Json = boost::json::value;

}  // namespace cairn::data
