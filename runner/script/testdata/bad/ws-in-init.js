// want: ws-in-init.js:4:4: Error: ws.connect() cannot be used in the init context
import ws from 'k6/ws';

ws.connect('ws://127.0.0.1:1/', () => {});
export default function () {}
