// want: secrets
import secrets from 'k6/secrets';
await secrets.get('x');
export default function () {}
