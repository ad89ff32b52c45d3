// The language host of programs in YAML.
module setsmart/pulumi-cli/yaml-host

go 1.25.0

require github.com/pulumi/pulumi-yaml v1.25.0

tool github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml
