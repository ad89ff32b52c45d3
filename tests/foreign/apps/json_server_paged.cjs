// json-server 0.17 as a module, as its README shows it, with pages unless all is asked for.
// Arguments: the module, a port, the file of the data.
const [, , module_, port, data] = process.argv;
const jsonServer = require(module_);

const server = jsonServer.create();
server.use(jsonServer.defaults({ logger: false }));
server.use((request, response, next) => {
  if (request.method === "GET" && !("_limit" in request.query)) {
    request.query._page ??= "1";
    request.query._limit = "2";
  }
  next();
});
server.use(jsonServer.router(data));
server.listen(Number(port), "127.0.0.1");
