#pragma once

// Logarithm and power of doubles with the roundings of the peer, which differ from libm's in the last bit for
// some arguments: a value that enters a plan must have the same digits with either tool.

namespace cairn::hcl {

double Log(double x);  // natural
double Pow(double x, double y);

}  // namespace cairn::hcl
