// The language host of programs in TypeScript and JavaScript.
module setsmart/pulumi-cli/nodejs-host

go 1.25.0

// The last version whose module still holds the host, as python-host says of its own.
require github.com/pulumi/pulumi/sdk/v3 v3.68.0

tool github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs
