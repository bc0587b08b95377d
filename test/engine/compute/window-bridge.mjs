// Between a page in a Chromium of this machine and the socket of the process that computes: that one sleeps while it
// waits for an answer, so somebody else has to carry the bytes.
// Called with one argument, a JSON of { chromium, flags, page, socket, secret, profile }.
import { spawn } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { WebSocketServer } from 'ws';

const { chromium, flags, page, socket, secret, profile } = JSON.parse(process.argv[2]);

const server = http.createServer((_request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><script>${page}</script>`);
});
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (wire) => {
  const line = net.connect(socket, () => line.write(secret));
  wire.on('message', (bytes) => line.write(bytes));
  wire.on('close', () => line.destroy());
  line.on('data', (bytes) => wire.send(bytes));
  line.on('close', () => wire.close());
  line.on('error', () => wire.close());
});
server.listen(0, '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}/`;
  const browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, address], { stdio: 'ignore' });
  const end = () => {
    browser.kill('SIGKILL');
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('disconnect', end);
  process.send?.({ browser: browser.pid });
});
