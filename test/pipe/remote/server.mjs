// A cache over HTTP in a process of its own, which can be told to go wrong: `POST /control` with a list of faults
// `{ method, path, fault, times }`, of which the first that fits a request is had; `GET /requests` tells what came.
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';

const root = process.argv[2];
let faults = [];
let requests = [];
let count = 0;

const bodyOf = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};

const faultOf = (request) => {
  const found = faults.find(
    ({ method, path, times }) =>
      times !== 0 &&
      (method ?? request.method) === request.method &&
      new RegExp(path ?? '').test(request.url),
  );
  if (found?.times > 0) found.times -= 1;
  return found?.fault;
};

const answers = {
  hang: () => undefined,
  exit: () => process.exit(1),
  cut: (_, response, file) => {
    const size = existsSync(file) ? statSync(file).size : 1000;
    response.writeHead(200, { 'content-length': size });
    response.write(Buffer.alloc(Math.floor(size / 2)), () => response.destroy());
  },
  // The head of an answer, and then nothing.
  stall: (_, response, file) => {
    response.writeHead(200, { 'content-length': existsSync(file) ? statSync(file).size : 1000 });
    response.write('x');
  },
  // A byte now and then: it never stands still, and never ends.
  drip: (_, response) => {
    response.writeHead(200, { 'content-length': 1_000_000 });
    const drop = setInterval(() => response.write('x'), 100);
    response.on('close', () => clearInterval(drop));
  },
};

/** As S3 lists what begins with a prefix, three at a time. */
const listing = ({ pathname, searchParams }) => {
  const bucket = join(root, pathname);
  const prefix = searchParams.get('prefix');
  const directory = join(bucket, prefix);
  const all = existsSync(directory) ? readdirSync(directory).sort() : [];
  const from = Number(searchParams.get('continuation-token') ?? 0);
  const contents = all.slice(from, from + 3).map((name) => {
    const { size, mtime } = statSync(join(directory, name));
    return `<Contents><Key>${prefix}${name}</Key><LastModified>${mtime.toISOString()}</LastModified><Size>${size}</Size></Contents>`;
  });
  const more = from + 3 < all.length;
  const next = more ? `<NextContinuationToken>${from + 3}</NextContinuationToken>` : '';
  return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
};

const serve = async (request, response) => {
  if (request.url === '/control') {
    ({ faults, requests = [] } = JSON.parse(String(await bodyOf(request))));
    response.end();
    return;
  }
  if (request.url === '/requests') {
    response.end(JSON.stringify(requests));
    return;
  }
  const { method, url, headers } = request;
  requests.push({ method, url, authorization: headers.authorization });
  const file = join(root, url);
  const fault = faultOf(request);
  if (typeof fault === 'number') {
    request.resume();
    response.writeHead(fault, { connection: 'close' }).end('no');
  } else if (fault !== undefined) answers[fault](request, response, file);
  else if (method === 'PUT') {
    const body = await bodyOf(request);
    mkdirSync(dirname(file), { recursive: true });
    const part = `${file}.${(count += 1)}`;
    writeFileSync(part, body);
    renameSync(part, file);
    response.writeHead(201).end();
  } else if (url.includes('?list-type=2')) {
    response.end(listing(new URL(url, 'http://here')));
  } else if (method === 'DELETE') {
    rmSync(file, { force: true });
    response.writeHead(204).end();
  } else if (!existsSync(file)) response.writeHead(404).end('not here');
  else {
    response.writeHead(200, { 'content-length': statSync(file).size });
    if (method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  }
};

const server = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy());
});
// A fault is about the head of a request, before any of its body.
server.on('checkContinue', (request, response) => {
  const { method, url } = request;
  const fits = faults.some(
    (each) => each.times !== 0 && (each.method ?? method) === method && new RegExp(each.path ?? '').test(url),
  );
  if (!fits) response.writeContinue();
  serve(request, response).catch(() => response.destroy());
});
server.listen(Number(process.argv[3] ?? 0), '127.0.0.1', () => console.log(server.address().port));
