/** A static host for tests: serves a map of path → bytes on localhost, with Range unless told not to. Counts what is asked for. */
import { createServer } from 'node:http';

export class TestHost {
  /** @type {string[]} paths asked for, with the range */
  asked = [];
  ranges = true;
  down = false;

  static async serving(files) {
    const host = new TestHost();
    host.files = files;
    host.server = createServer((request, response) => host.#answer(request, response));
    await new Promise((resolve) => host.server.listen(0, '127.0.0.1', resolve));
    host.url = `http://127.0.0.1:${host.server.address().port}/`;
    return host;
  }

  #answer(request, response) {
    const path = request.url.slice(1);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    this.asked.push(range ? `${path} ${range[1]}-${range[2]}` : path);
    const bytes = this.files.get(path);
    if (this.down) response.destroy();
    else if (!bytes) response.writeHead(403, { 'Content-Type': 'application/xml' }).end('<Error/>');
    else if (range && this.ranges) response.writeHead(206).end(bytes.subarray(Number(range[1]), Number(range[2]) + 1));
    else response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(bytes);
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
