// Draws the diagram of a plan, top-down. The outline on the page says the same in
// words, so the drawing is hidden from screen readers.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const WIDE = 212;
  const NARROW = 168;
  const INSET = 12;
  const LINE = 17;
  const pen = document.createElement("canvas").getContext("2d");

  function make(name, attributes, parent, text) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent?.append(element);
    return element;
  }

  // The words of a text in lines that fit; the last tells that something was cut,
  // which the outline has in full.
  function wrap(text, font, width, most) {
    pen.font = font;
    const lines = [""];
    // The groups of a telephone number stay together.
    const whole = String(text ?? "").replace(/(\d) (?=\d)/g, "$1\u00a0");
    for (const word of whole.split(/[ \n\t]+/).filter(Boolean)) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (pen.measureText(longer).width <= width) {
        lines[lines.length - 1] = longer;
        continue;
      }
      if (lines.at(-1)) lines.push("");
      let rest = word;
      while (pen.measureText(rest).width > width) {
        let cut = rest.length - 1;
        while (cut > 1 && pen.measureText(rest.slice(0, cut)).width > width) cut -= 1;
        lines[lines.length - 1] = rest.slice(0, cut);
        lines.push("");
        rest = rest.slice(cut);
      }
      lines[lines.length - 1] = rest;
    }
    const kept = lines.filter(Boolean);
    if (kept.length <= most) return kept;
    return [...kept.slice(0, most - 1), `${kept[most - 1].slice(0, -1)}…`];
  }

  function fonts(box) {
    const family = getComputedStyle(box).fontFamily;
    return { label: `600 13px ${family}`, small: `12px ${family}`, edge: `11px ${family}` };
  }

  function measure(node, font, width) {
    const room = width - 2 * INSET;
    const label = wrap(node.label || node.id, font.label, room - 22, 3);
    const detail = wrap(node.detail, font.small, room, 3);
    return { label, detail, height: 2 * INSET + LINE * (label.length + detail.length) };
  }

  function layout(data, font, width) {
    const graph = new dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 44, edgesep: 16, marginx: 20, marginy: 20 });
    for (const node of data.nodes) {
      const size = measure(node, font, width);
      graph.setNode(node.id, { ...size, width, node });
    }
    data.edges.forEach((edge, index) => {
      if (!graph.hasNode(edge.from) || !graph.hasNode(edge.to)) return;
      const words = wrap(edge.label, font.edge, 130, 2);
      pen.font = font.edge;
      const width = Math.max(0, ...words.map((word) => pen.measureText(word).width));
      const label = { width: width + 8, height: words.length * 14, words, edge, labelpos: "c" };
      graph.setEdge(edge.from, edge.to, label, String(index));
    });
    dagre.layout(graph);
    return graph;
  }

  // Through the points of the layout, with rounded bends.
  function curve(points) {
    const [first, ...rest] = points;
    let path = `M${first.x},${first.y}`;
    for (let i = 0; i < rest.length - 1; i += 1) {
      const { x, y } = rest[i];
      path += `Q${x},${y} ${(x + rest[i + 1].x) / 2},${(y + rest[i + 1].y) / 2}`;
    }
    return `${path}L${rest.at(-1).x},${rest.at(-1).y}`;
  }

  function arrow(points, lit, parent) {
    const end = points.at(-1);
    const before = points.at(-2);
    const angle = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
    make("path", {
      class: `diagram-arrow${lit}`,
      d: "M0,0L-8,-4.5L-8,4.5Z",
      transform: `translate(${end.x},${end.y}) rotate(${angle})`,
    }, parent);
  }

  function drawEdge(graph, id, svg) {
    const { points, words, edge, x, y } = graph.edge(id);
    const lit = edge.lit ? " is-lit" : "";
    make("path", { class: `diagram-edge${lit}`, d: curve(points) }, svg);
    arrow(points, lit, svg);
    words.forEach((word, line) => {
      const top = y + 4 + (line - (words.length - 1) / 2) * 14;
      make("text", { class: "diagram-edge-label", x, y: top, "text-anchor": "middle" }, svg, word);
    });
  }

  function drawNode(place, svg, sprite) {
    const { node, label, detail, width, height } = place;
    const group = make("g", {
      class: `diagram-node${node.lit ? " is-lit" : ""}`,
      transform: `translate(${place.x - width / 2},${place.y - height / 2})`,
    }, svg);
    make("rect", { class: "diagram-box", width, height, rx: 10 }, group);
    make("use", {
      class: "diagram-icon", href: `${sprite}#${node.icon}`,
      x: INSET, y: INSET + 1, width: 14, height: 14,
    }, group);
    let y = INSET + 12;
    for (const line of label) {
      make("text", { class: "diagram-label", x: INSET + 22, y }, group, line);
      y += LINE;
    }
    for (const line of detail) {
      make("text", { class: "diagram-detail", x: INSET, y: y + 2 }, group, line);
      y += LINE;
    }
  }

  function draw(box) {
    const source = document.getElementById(box.dataset.diagram);
    if (!source || !window.dagre) return;
    const boxes = box.clientWidth < 480 ? NARROW : WIDE;
    const graph = layout(JSON.parse(source.textContent), fonts(box), boxes);
    const { width, height } = graph.graph();
    const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    const lit = (id) => Number(Boolean(graph.edge(id).edge.lit));
    for (const id of graph.edges().sort((a, b) => lit(a) - lit(b))) drawEdge(graph, id, svg);
    for (const id of graph.nodes()) drawNode(graph.node(id), svg, box.dataset.sprite);
    box.replaceChildren(svg);
    // Smaller than life if that makes it fit, but never too small to read.
    const scale = Math.min(1, Math.max(0.7, (box.clientWidth - 2) / width));
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }

  function drawAll(root) {
    for (const box of root.querySelectorAll("[data-diagram]:empty")) draw(box);
  }

  document.addEventListener("htmx:load", (event) => drawAll(event.target.parentNode || document));
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", () => drawAll(document));
  } else drawAll(document);
})();
