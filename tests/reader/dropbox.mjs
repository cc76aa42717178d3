/** A drop box on localhost for tests: takes posts and S3 forms, keeps them in the order they came, and answers as it is told to. Knows no keys. */
import { createServer } from 'node:http';

export class DropBox {
  /** @type {{ way: string, id: string, bytes: Uint8Array }[]} what was taken */
  taken = [];
  /** @type {string[]} every request, as "way status" */
  asked = [];
  /** What to answer to a way instead of taking: {status, headers}, or a function of the request's number; null: never. */
  instead = {};

  static async open() {
    const box = new DropBox();
    box.server = createServer((request, response) => box.#answer(request, response));
    await new Promise((resolve) => box.server.listen(0, '127.0.0.1', resolve));
    box.url = `http://127.0.0.1:${box.server.address().port}`;
    return box;
  }

  /** Ways as a letterbox names them. */
  form(more = {}) {
    return { ends: 4_000_000_000, fields: [['policy', 'eyJ9'], ['x-amz-signature', '00ff'], ['success_action_status', '201']], kind: 's3', prefix: 'm/', url: `${this.url}/form`, ...more };
  }

  post() {
    return { kind: 'post', url: `${this.url}/drop` };
  }

  get ids() {
    return this.taken.map(({ id }) => id);
  }

  async #answer(request, response) {
    const way = request.url.slice(1);
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const told = this.instead[way];
    const said = typeof told === 'function' ? told(this.asked.length) : told;
    if (said === null) return this.asked.push(`${way} silent`);
    if (said?.status === 0) {
      this.asked.push(`${way} 0`);
      return response.destroy();
    }
    this.asked.push(`${way} ${said?.status ?? 201}`);
    if (said) return response.writeHead(said.status, said.headers).end(said.body ?? 'no');
    this.taken.push(way === 'form' ? await this.#fromForm(request, body) : { way, id: body.subarray(0, 16).toString('hex'), bytes: new Uint8Array(body) });
    return response.writeHead(201).end();
  }

  async #fromForm({ headers }, body) {
    const fields = await new Response(body, { headers: { 'content-type': headers['content-type'] } }).formData();
    const names = [...fields.keys()];
    const file = fields.get('file');
    return { way: 'form', id: fields.get('key').replace(/^m\//, ''), key: fields.get('key'), names, type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) };
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
