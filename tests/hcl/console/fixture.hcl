# What the expressions of this folder may refer to: the value of each root name. The functions are Terraform's own and
#   unknown(TYPE)    an unknown value of the type that the string names
#   ephemeral(VALUE) VALUE with the ephemeral mark
# The recorder makes a Terraform module of `local` and `var`: one item a line, or a value over more lines in `local`.

local = {
  # Unknown values, by type.
  u_dynamic = unknown("any")
  u_string  = unknown("string")
  u_number  = unknown("number")
  u_bool    = unknown("bool")
  u_list    = unknown("list(string)")
  u_numbers = unknown("list(number)")
  u_set     = unknown("set(string)")
  u_map     = unknown("map(string)")
  u_tuple   = unknown("tuple([string, number])")
  u_object  = unknown("object({ a = string, b = number })")

  # Unknown values of which something is known: not null, a prefix, bounds, lengths.
  u_prefix  = "pre-${unknown("string")}"
  u_notnull = upper(unknown("string"))
  u_bounds  = unknown("bool") ? 1 : 10
  u_length  = unknown("bool") ? tolist(["a"]) : tolist(["b", "c"])

  # Values that hold unknown ones.
  list_u   = ["a", unknown("string"), "c"]
  set_u    = toset(["a", unknown("string"), "c"])
  map_u    = { a = "x", b = unknown("string") }
  object_u = { a = "x", b = unknown("number") }

  # Nulls, by type.
  n_string = tostring(null)
  n_number = tonumber(null)
  n_bool   = tobool(null)
  n_list   = true ? null : tolist(["a"])
  n_set    = true ? null : toset(["a"])
  n_map    = true ? null : tomap({ a = "b" })
  n_object = true ? null : { a = "b" }
  n_tuple  = true ? null : ["a", 1]

  # Sensitive values, whole and in parts.
  s_string  = sensitive("secret")
  s_number  = sensitive(42)
  s_bool    = sensitive(true)
  s_list    = sensitive(tolist(["a", "b"]))
  s_map     = sensitive({ a = "x" })
  s_null    = sensitive(tostring(null))
  s_unknown = sensitive(unknown("string"))
  list_s    = ["a", sensitive("b")]
  map_s     = { a = "x", b = sensitive("y") }
  e_string  = ephemeral("fleeting")
  e_number  = tonumber(ephemeral("7"))
  list_e    = ["a", ephemeral("b")]

  # Known values.
  string   = "hello"
  number   = 5
  bool     = true
  list     = tolist(["a", "b", "c"])
  numbers  = tolist([3, 1, 2])
  set      = toset(["a", "b", "c"])
  map      = tomap({ a = "x", b = "y", c = "z" })
  object   = { name = "web", port = 80, tags = ["x", "y"] }
  tuple    = ["a", 1, true]
  objects  = [{ id = "i-1", disks = [{ size = 10 }, { size = 20 }] }, { id = "i-2", disks = [] }]

  # Templates for templatestring().
  template = "Hello, $${name}!"
  templates = {
    value     = "$${value}"
    broken    = "$${name"
    call      = "%%{ if name == \"x\" }$${upper(name)}%%{ endif }"
    recursive = "$${templatestring(name, {})}"
    file      = "$${templatefile(\"files/text.tftpl\", {})}"
  }

  # Empty collections of strings.
  empty_list = slice(tolist(["a"]), 0, 0)
  empty_set  = setsubtract(["a"], ["a"])
  empty_map  = true ? {} : tomap({ a = "b" })
}

var = {
  region = "eu-west-1"
  size   = 3
  names  = ["ada", "bob"]
  token  = sensitive("t0ken")
}

path = {
  module = "."
  root   = "."
}

terraform = {
  workspace = "default"
}

# Of what the recorder declares beside that: a module and a resource, whose values are unknown.
module = {
  unknown = {}
}

terraform_data = {
  unknown = unknown("object({ id = string, input = any, output = any, triggers_replace = any })")
}
