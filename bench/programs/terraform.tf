# The same portfolio with Terraform and the generic REST provider.

terraform {
  required_providers {
    restapi = {
      source = "mastercard/restapi"
    }
  }
}

variable "listings" {
  type = number
}

variable "base_url" {
  type = string
}

variable "api_key" {
  type = string
}

variable "requests_per_second" {
  type    = number
  default = null
}

provider "restapi" {
  uri                  = var.base_url
  headers              = { "X-API-Key" = var.api_key }
  write_returns_object = true
  rate_limit           = var.requests_per_second
}

resource "restapi_object" "listing" {
  count = var.listings
  path  = "/terraform-listings"
  data = jsonencode({
    name       = "Villa ${count.index}"
    address    = "${count.index} Ocean Drive"
    bedrooms   = 1 + count.index % 5
    bathrooms  = 1.5
    max_guests = 2 + count.index % 8
    status     = "active"
  })
}
