// want: websocket-in-init.js:4:1: Error: new WebSocket() cannot be used in the init context
import { WebSocket } from 'k6/websockets';

new WebSocket('ws://127.0.0.1:1/');
export default function () {}
