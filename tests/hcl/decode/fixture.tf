resource "terraform_data" "u" {}

locals {
  none         = null
  list         = ["a", "b"]
  map          = { x = "1", y = "2" }
  secret       = sensitive("s3cret")
  secrets      = sensitive(["a", "b"])
  unknown      = terraform_data.u.id
  unknown_list = split(",", terraform_data.u.id)
  unknown_map  = { for k in terraform_data.u.id == "" ? ["a"] : ["b"] : k => 1 }
}
