import { readFileSync } from 'node:fs';

const settings: { readonly text: string } = JSON.parse(
  readFileSync('config/settings.json', 'utf8'),
);

export const text = (): string => `banner: ${settings.text}`;
