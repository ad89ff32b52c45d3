// json-server 0.17 as a module, as its README shows it, with pages of two where none are asked for.
// Arguments: the module, a port, the file of the data, the parameters of the first page.
const [, , module_, port, data, firstPage] = process.argv;
const jsonServer = require(module_);

const server = jsonServer.create();
server.use(jsonServer.defaults({ logger: false }));
server.use((request, response, next) => {
  const asked = new URL(request.url, "http://localhost");
  if (request.method === "GET" && !asked.searchParams.has("_limit")) {
    for (const [name, value] of new URLSearchParams(firstPage)) {
      if (!asked.searchParams.has(name)) asked.searchParams.set(name, value);
    }
    request.url = request.originalUrl = asked.pathname + asked.search;
    request.query = Object.fromEntries(asked.searchParams);
  }
  next();
});
server.use(jsonServer.router(data));
server.listen(Number(port), "127.0.0.1");
