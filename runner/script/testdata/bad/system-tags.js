// want: options.systemTags.1: "statuscode" is no system tag: there are proto, subproto, status, method, url, name, group, check, error, error_code, tls_version, scenario, service, expected_response, vu, iter, ip, ocsp_status
export const options = { systemTags: ['url', 'statuscode'] };
export default function () {}
