// json-server 0.17 as a module, as its README shows it, with pages of two where none are asked for.
// Arguments: the module, a port, the file of the data, the parameters of the first page.
const [, , module_, port, data, firstPage] = process.argv;
const jsonServer = require(module_);

const server = jsonServer.create();
server.use(jsonServer.defaults({ logger: false }));
server.use((request, response, next) => {
  if (request.method === "GET" && !("_limit" in request.query)) {
    const asked = request.query;
    request.query = { ...Object.fromEntries(new URLSearchParams(firstPage)), ...asked };
  }
  next();
});
server.use(jsonServer.router(data));
server.listen(Number(port), "127.0.0.1");
