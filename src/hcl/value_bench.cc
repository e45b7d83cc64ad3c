#include <benchmark/benchmark.h>

#include "hcl/convert.h"
#include "hcl/operations.h"
#include "hcl/value_json.h"

namespace cairn::hcl {
namespace {

void BM_AddNumbers(benchmark::State& state) {
  Number sum;
  const Number one(int64_t{1});
  for (auto _ : state) benchmark::DoNotOptimize(sum = sum + one);
}
BENCHMARK(BM_AddNumbers);

void BM_AddFractions(benchmark::State& state) {
  Number sum;
  const Number tenth = *Number::Parse("0.1");
  for (auto _ : state) benchmark::DoNotOptimize(sum = sum + tenth);
}
BENCHMARK(BM_AddFractions);

void BM_ReadNumber(benchmark::State& state, const char* text) {
  for (auto _ : state) benchmark::DoNotOptimize(Number::Parse(text));
}
BENCHMARK_CAPTURE(BM_ReadNumber, whole, "8080");
BENCHMARK_CAPTURE(BM_ReadNumber, fraction, "0.25");

void BM_WriteNumber(benchmark::State& state, const char* text) {
  const Number number = *Number::Parse(text);
  for (auto _ : state) benchmark::DoNotOptimize(number.ToString());
}
BENCHMARK_CAPTURE(BM_WriteNumber, whole, "8080");
BENCHMARK_CAPTURE(BM_WriteNumber, fraction, "0.1");

void BM_WriteThird(benchmark::State& state) {
  const Number third = *Number::Divide(*Number::Parse("1"), *Number::Parse("3"));
  for (auto _ : state) benchmark::DoNotOptimize(third.ToString());
}
BENCHMARK(BM_WriteThird);

void BM_AddValues(benchmark::State& state) {
  const Value one = Value::Int(1), two = Value::Int(2);
  for (auto _ : state) benchmark::DoNotOptimize(Add(one, two));
}
BENCHMARK(BM_AddValues);

void BM_CopyValue(benchmark::State& state) {
  const Value value = Value::String("a string");
  for (auto _ : state) benchmark::DoNotOptimize(Value(value));
}
BENCHMARK(BM_CopyValue);

void BM_MakeString(benchmark::State& state, const char* text) {
  for (auto _ : state) benchmark::DoNotOptimize(Value::String(text));
}
BENCHMARK_CAPTURE(BM_MakeString, ascii, "subnet-eu-central-1a");
BENCHMARK_CAPTURE(BM_MakeString, accents, "Fußgängerübergänge");

std::vector<NamedValue> Attributes() {
  return {{"name", Value::String("web")}, {"port", Value::Int(80)}, {"public", Value::Bool(true)}};
}

void BM_MakeObject(benchmark::State& state) {
  const std::vector<NamedValue> attributes = Attributes();
  for (auto _ : state) benchmark::DoNotOptimize(Value::Object(attributes));
}
BENCHMARK(BM_MakeObject);

void BM_MakeObjectOfKnownType(benchmark::State& state) {
  const Value object = Value::Object(Attributes());
  const std::vector<Value> values(object.elements().begin(), object.elements().end());
  for (auto _ : state) benchmark::DoNotOptimize(Value::Of(object.type(), values));
}
BENCHMARK(BM_MakeObjectOfKnownType);

void BM_FindAttribute(benchmark::State& state) {
  const Value object = Value::Object(Attributes());
  for (auto _ : state) benchmark::DoNotOptimize(object.Find("port"));
}
BENCHMARK(BM_FindAttribute);

void BM_CompareStrings(benchmark::State& state) {
  const Value a = Value::String("production"), b = Value::String("production");
  for (auto _ : state) benchmark::DoNotOptimize(Equal(a, b));
}
BENCHMARK(BM_CompareStrings);

void BM_ConvertNumberToString(benchmark::State& state) {
  const Value number = Value::Int(8080);
  for (auto _ : state) benchmark::DoNotOptimize(Convert(number, Type::String()));
}
BENCHMARK(BM_ConvertNumberToString);

void BM_ConvertTupleOf1000ToSet(benchmark::State& state) {
  std::vector<Value> elements;
  for (int64_t i = 0; i < 1000; ++i) elements.push_back(Value::Int(i * 7919 % 1000));
  const Value tuple = Value::Tuple(std::move(elements));
  const Type set = Type::Set(Type::String());
  for (auto _ : state) benchmark::DoNotOptimize(Convert(tuple, set));
}
BENCHMARK(BM_ConvertTupleOf1000ToSet);

void BM_ConvertObjectsToList(benchmark::State& state) {
  const std::vector<Value> elements(1000, Value::Object(Attributes()));
  const Value tuple = Value::Tuple(elements);
  const Type list = Type::List(Type::Dynamic());
  for (auto _ : state) benchmark::DoNotOptimize(Convert(tuple, list));
}
BENCHMARK(BM_ConvertObjectsToList);

void BM_WriteJson(benchmark::State& state) {
  const Value object = Value::Object(Attributes());
  for (auto _ : state) benchmark::DoNotOptimize(ToJsonText(object));
}
BENCHMARK(BM_WriteJson);

void BM_ReadJson(benchmark::State& state) {
  const std::string text = *ToJsonText(Value::Object(Attributes()));
  for (auto _ : state) benchmark::DoNotOptimize(FromJsonText(text));
}
BENCHMARK(BM_ReadJson);

}  // namespace
}  // namespace cairn::hcl
