# __generated__ by Terraform
# Please review these resources and move them into your main configuration files.

# __generated__ by Terraform from "i 1"
resource "standin_rich" "a" {
  a_list = [
    {
      n = 1
      t = "x"
    },
    {
      n = 1
      t = null
    },
  ]
  a_map = {
    k = {
      n = 1
      t = "x"
    }
    "x y" = {
      n = 1
      t = "x"
    }
  }
  a_none = null
  a_single = {
    n = 1
    t = "x"
  }
  any = ["x", {
    a = 1
  }]
  empty = null
  flag  = false
  json = jsonencode({
    a = {
      "x y" = "$${z}"
    }
    b = [1, true, null]
  })
  lines = "one\ntwo\n\ttab é\u0001"
  list  = ["a", "b"]
  map = {
    "$${a}" = ""
    k       = "v"
    "x y"   = "z"
  }
  number = 12
  object = {
    a = null
    b = [1, 2]
  }
  required = "r"
  secret   = null # sensitive
  text     = "a \"b\" $${c} %%{d} \\"
  b_group {
    n = 1
    t = "x"
  }
  b_list {
    n = 1
    t = "x"
  }
  b_list {
    n = null
    t = "x"
  }
  b_map "k" {
    n = 1
    t = "x"
  }
  b_map "x y" {
    n = 1
    t = "x"
  }
  b_set {
    n = 1
    t = "x"
  }
  b_single {
    n = 1
    t = "x"
  }
}
