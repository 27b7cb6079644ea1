import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who signs certificates. */
export interface Authority {
  /** The file that those know who trust it. */
  readonly caFile: string;
  /** Signs a certificate for these names, such as `DNS:localhost,IP:127.0.0.1`. */
  sign(name: string, names: string): { readonly certFile: string; readonly keyFile: string };
}

/** Whether certificates can be made here. Node has no way to write one. */
export const canSign = spawnSync('openssl', ['version']).status === 0;

/** Makes an authority, with its files in a directory. */
export function authorityIn(dir: string, name: string): Authority {
  const file = (of: string, end: string) => join(dir, `${name}-${of}.${end}`);
  const [caFile, caKey] = [file('ca', 'pem'), file('ca', 'key')];
  openssl('req', '-x509', ...newKey(caKey), '-subj', `/CN=${name}`, '-days', '2', '-out', caFile);
  return {
    caFile,
    sign: (of, names) => {
      const [certFile, keyFile, request] = [file(of, 'pem'), file(of, 'key'), file(of, 'csr')];
      const extensions = file(of, 'ext');
      writeFileSync(extensions, `subjectAltName=${names}\n`);
      openssl('req', ...newKey(keyFile), '-subj', `/CN=${of}`, '-out', request);
      openssl(
        ...['x509', '-req', '-in', request, '-CA', caFile, '-CAkey', caKey, '-CAcreateserial'],
        ...['-days', '2', '-extfile', extensions, '-out', certFile],
      );
      return { certFile, keyFile };
    },
  };
}

const newKey = (path: string): readonly string[] => [
  ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path],
];

function openssl(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
}
