// The parts of the page, by their ids.

export const scroll = element('scroll', HTMLElement);
export const canvas = element('canvas', HTMLCanvasElement);
export const height = element('height', HTMLElement);
export const scrub = element('scrub', HTMLInputElement);
export const live = element('live', HTMLButtonElement);
export const connection = element('connection', HTMLElement);
export const alertLine = element('alert', HTMLElement);
export const list = element('plugins', HTMLElement);
export const search = element('search', HTMLInputElement);
export const details = element('details', HTMLElement);
export const orders = element('orders', HTMLElement);
export const outcome = element('outcome', HTMLElement);
export const tip = element('tip', HTMLElement);
export const rangeBox = element('range', HTMLElement);
export const whatIf = element('whatIf', HTMLFormElement);
export const main = element('main', HTMLElement);
export const fleet = element('fleet', HTMLElement);
export const copyTest = element('copyTest', HTMLButtonElement);

export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}
