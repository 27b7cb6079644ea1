const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Headings, emphasis and paragraphs. Here a package such as `marked` would do the work. */
export function render(markdown: string): string {
  const blocks = markdown.trim().split(/\n{2,}/);
  const inline = (text: string) => escape(text).replace(/\*(.+?)\*/g, '<em>$1</em>');
  const lines = blocks.map((block) => {
    const [, marks = '', title = ''] = /^(#+) (.*)$/.exec(block) ?? [];
    return marks
      ? `<h${marks.length}>${inline(title)}</h${marks.length}>`
      : `<p>${inline(block)}</p>`;
  });
  return `<main>\n${lines.join('\n')}\n</main>\n`;
}
