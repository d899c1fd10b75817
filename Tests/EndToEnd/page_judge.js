// What a judge of accessibility asks of a page: WCAG's contrast of every text, and whether anything is cut off.
// An expression; its value is what fails.
(() => {
  const parse = (text) => {
    const numbers = text.match(/[\d.]+/g).map(Number);
    return text.startsWith("color(srgb") ? [...numbers.slice(0, 3).map((part) => part * 255), numbers[3] ?? 1] : [...numbers.slice(0, 3), numbers[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((part) => top[part] * top[3] + below[part] * (1 - top[3])).concat(1);
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
  const ground = (element) => {
    const layers = [];
    for (let one = element; one instanceof Element; one = one.parentElement) layers.push(parse(getComputedStyle(one).backgroundColor));
    // What is drawn below a text of a figure: the cells that hold its middle.
    const box = element.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const cells = element.closest("svg") ? [...element.closest("svg").querySelectorAll("rect")] : [];
    for (const cell of cells) {
      const own = cell.getBoundingClientRect();
      if (x < own.left || x > own.right || y < own.top || y > own.bottom) continue;
      const style = getComputedStyle(cell);
      const fill = parse(style.fill);
      layers.unshift([...fill.slice(0, 3), fill[3] * Number(style.fillOpacity)]);
    }
    return layers.reverse().reduce((below, top) => over(top, below), canvas);
  };
  const failures = [];
  let texts = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || ["SCRIPT", "STYLE", "title"].includes(element.tagName) || !element.checkVisibility()) continue;
    texts += 1;
    const style = getComputedStyle(element);
    const below = ground(element);
    const color = over(parse(element.closest("svg") ? style.fill : style.color), below);
    const [light, dark] = [luminance(color), luminance(below)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) failures.push(`${walk.currentNode.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return { texts, failures };
})()
