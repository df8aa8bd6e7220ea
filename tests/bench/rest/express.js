// SPDX-License-Identifier: GPL-3.0-or-later
// The same answers from Express and from bare Node, for comparison: node express.js (express|node) BODIES.ndjson
'use strict';
const fs = require('fs');
const http = require('http');

const [kind, file] = process.argv.slice(2);
const bodies = new Map();
for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
  if (line) bodies.set(JSON.parse(line).interactionId, kind === 'express' ? JSON.parse(line) : Buffer.from(line));
}

function express() {
  const app = require('express')();
  app.get('/api/v2/timelines/:id', (req, res) => {
    const body = bodies.get(req.params.id);
    if (body) res.json(body);
    else res.status(404).json({ error: 'Interaction not found' });
  });
  return http.createServer(app);
}

function node() {
  return http.createServer((req, res) => {
    const body = bodies.get(req.url.substring('/api/v2/timelines/'.length));
    res.writeHead(body ? 200 : 404, { 'Content-Type': 'application/json', 'Content-Length': body ? body.length : 0 });
    res.end(body);
  });
}

const server = kind === 'express' ? express() : node();
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
