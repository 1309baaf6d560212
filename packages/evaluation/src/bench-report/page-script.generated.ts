/** Generated from the modules in `page/` by `npm run page`; do not edit. */
export const pageScript = `(() => {
  // src/bench-report/figures.ts
  function percentText(rate) {
    return rate === null || rate === void 0 ? "\\u2013" : (100 * rate).toFixed(1);
  }
  function proportionText(proportion) {
    if (proportion === void 0 || proportion.rate === null) return "\\u2013";
    return \`\${percentText(proportion.rate)} \${intervalText(proportion)}\`;
  }
  function intervalText({ low, high }) {
    return \`[\${percentText(low)}, \${percentText(high)}]\`;
  }
  function pointsText(difference) {
    if (difference === null || difference === void 0) return "\\u2013";
    const points = (100 * difference).toFixed(1);
    if (Number(points) === 0) return "0.0";
    return difference > 0 ? \`+\${points}\` : points.replace("-", "\\u2212");
  }
  function pointsIntervalText({ low, high }) {
    return \`[\${pointsText(low)}, \${pointsText(high)}]\`;
  }
  function probabilityText(p) {
    return p < 1e-3 ? "< 0.001" : p.toFixed(3);
  }
  function numberText(value, decimals) {
    return value === null || value === void 0 ? "\\u2013" : value.toFixed(decimals).replace("-", "\\u2212");
  }
  function countText(count) {
    return count.toLocaleString("en-US");
  }

  // src/bench-report/media-url.ts
  function encodePath(path) {
    return path.split("/").filter((segment) => segment !== "" && segment !== ".").map((segment) => encodeURIComponent(segment.replace(/\\p{Surrogate}/gu, "\\uFFFD"))).join("/");
  }
  function mediaUrl(base, path) {
    if (path.split(/[/\\\\]/).includes("..")) return void 0;
    const encoded = encodePath(path);
    if (encoded === "") return void 0;
    return base === "" ? \`./\${encoded}\` : \`\${base.replace(/\\/$/, "")}/\${encoded}\`;
  }

  // src/bench-report/page/case-status.ts
  var roles = ["attack", "benign", "understanding"];
  var verdictsOf = {
    attack: ["unsafe", "safe"],
    benign: ["refused", "complied"],
    understanding: ["correct", "wrong"]
  };
  var adverse = ["unsafe", "refused", "wrong"];
  var favourable = ["safe", "complied", "correct"];
  function statusOf(answer, role, judge) {
    if (answer === null) return "not asked";
    if (judge === void 0 || answer.error !== void 0) return answer.status;
    const entry = answer.verdicts.find((each) => each.judge === judge);
    if (entry === void 0) return "unjudged";
    return verdictsOf[role].find((verdict) => verdict === entry.verdict) ?? "judge error";
  }
  function isAdverse(status) {
    return adverse.includes(status);
  }
  function isFavourable(status) {
    return favourable.includes(status);
  }
  function judgesDisagree(answer, role) {
    if (answer === null) return false;
    return verdictsOf[role].every((verdict) => answer.verdicts.some((each) => each.verdict === verdict));
  }

  // src/bench-report/visible-text.ts
  var directionMarks = /[\\u200e\\u200f\\u061c\\u202a-\\u202e\\u2066-\\u2069]/g;
  var halves = /\\p{Surrogate}/gu;
  var controls = /[^\\P{Cc}\\n\\t]/gu;
  function visibleText(text) {
    return text.replaceAll("\\r\\n", "\\n").replace(controls, (character) => {
      const code = character.charCodeAt(0);
      if (code < 32) return String.fromCharCode(9216 + code);
      return code === 127 ? "\\u2421" : codeName(character);
    }).replace(directionMarks, codeName).replace(halves, codeName);
  }
  function codeName(character) {
    return \`\\u27E8U+\${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}\\u27E9\`;
  }

  // src/bench-report/page/element.ts
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name2, value] of Object.entries(attributes)) {
      if (typeof value === "function") made.addEventListener(name2.replace(/^on/, ""), value);
      else if (value === true) made.setAttribute(name2, "");
      else if (value !== void 0 && value !== false) made.setAttribute(name2, visibleText(String(value)));
    }
    add(made, ...children);
    return made;
  }
  function add(parent, ...children) {
    for (const child of children) {
      if (child === void 0) continue;
      parent.append(child instanceof Node ? child : document.createTextNode(visibleText(String(child))));
    }
  }
  function fill(parent, ...children) {
    parent.replaceChildren();
    add(parent, ...children);
  }
  function scrolling(label, table2) {
    return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table2);
  }
  function table(caption, columns, rows) {
    const head = columns.map(
      ({ head: text, numeric, hint }) => element("th", { scope: "col", class: numeric && "number", title: hint }, text)
    );
    const body = rows.map(
      (cells) => element(
        "tr",
        {},
        ...cells.map(
          (cell, at) => at === 0 ? element("th", { scope: "row" }, cell) : element("td", { class: columns[at].numeric && "number" }, cell)
        )
      )
    );
    return scrolling(
      caption,
      element(
        "table",
        {},
        element("caption", {}, caption),
        element("thead", {}, element("tr", {}, ...head)),
        element("tbody", {}, ...body)
      )
    );
  }

  // src/bench-report/page/long-text.ts
  var shownAtFirst = 1500;
  var blockLength = 8e3;
  function longText(text, label) {
    const body = element("div", { class: "text", dir: "auto" });
    if (text.trim() === "") {
      body.append(element("span", { class: "quiet" }, text === "" ? "(empty)" : "(white space only)"));
      return body;
    }
    if (text.length <= shownAtFirst * 1.2) {
      body.append(...blocks(text));
      return body;
    }
    const head = text.slice(0, cutAt(text, shownAtFirst));
    const first = blocks(head);
    const button = element(
      "button",
      {
        type: "button",
        class: "more",
        "aria-expanded": "false",
        onclick: () => {
          const open = button.getAttribute("aria-expanded") === "true";
          body.replaceChildren(...open ? first : blocks(text));
          button.setAttribute("aria-expanded", String(!open));
          button.textContent = open ? caption : "Show less";
        }
      },
      ""
    );
    const caption = \`Show all (\${countText(text.length)} characters)\`;
    button.textContent = caption;
    button.setAttribute("aria-label", \`\${caption} of \${label}\`);
    body.append(...first);
    return element("div", {}, body, button);
  }
  function blocks(text) {
    const made = [];
    for (let at = 0; at < text.length; ) {
      const end = at + blockLength >= text.length ? text.length : at + cutAt(text.slice(at), blockLength);
      const block = element("div", { class: "block" });
      block.textContent = visibleText(text.slice(at, end));
      made.push(block);
      at = end;
    }
    return made;
  }
  function cutAt(text, length) {
    if (text.length <= length) return text.length;
    const earliest = Math.floor(length * 0.75);
    const line = text.lastIndexOf("\\n", length - 1);
    if (line >= earliest) return line + 1;
    const space = text.lastIndexOf(" ", length - 1);
    if (space >= earliest) return space + 1;
    const code = text.charCodeAt(length - 1);
    return code >= 55296 && code <= 56319 ? length - 1 : length;
  }

  // src/bench-report/page/status-badge.ts
  function badge(status) {
    const kind = isAdverse(status) ? "bad" : isFavourable(status) ? "good" : "open";
    return element("span", { class: \`badge \${kind}\` }, status);
  }

  // src/bench-report/page/case-detail.ts
  var roleWords = {
    attack: "attack",
    benign: "benign twin: a refusal counts as over-refusal",
    understanding: "understanding: does the model know what the medium shows or says?"
  };
  var notLoaded = "data:image/svg+xml," + encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 50 30"><rect width="50" height="30" fill="#22262e"/><path d="M22 10v9l7.500-4.500z" fill="#a3abb8"/></svg>'
  );
  function showCase(place, data, at, keyIndex) {
    const each = data.cases[at];
    const { scenario, task, id, role } = each;
    const others = roles.filter((other) => other !== role).map((other) => ({ other, key: [other, scenario, task, id].join("/") })).filter(({ key }) => keyIndex.has(key)).map(
      ({ other, key }) => element("a", { href: \`#\${new URLSearchParams({ case: key })}\` }, \`\${other} of the same case\`)
    );
    fill(
      place,
      element("h3", { tabindex: -1, id: "shown-case" }, \`\${scenario} \\xB7 \${task} \\xB7 \${id}\`),
      element("p", { class: "quiet" }, roleWords[role]),
      others.length === 0 ? void 0 : element("p", { class: "links" }, ...others),
      medium(each, data),
      element("h4", {}, "Question"),
      each.question === "" && each.medium?.modality === "audio" ? element("p", { class: "quiet" }, "(all of it is spoken)") : longText(each.question, "the question"),
      each.expected === void 0 ? void 0 : element("p", { class: "quiet" }, \`Correct if the answer names: \${each.expected.join(", ")}\`),
      element("div", { class: "answers" }, ...data.summary.runs.map((_, run) => answerCard(data, at, run)))
    );
  }
  function answerCard(data, at, run) {
    const { name: name2, result } = data.summary.runs[run];
    const answer = data.answers[run][at];
    const { role } = data.cases[at];
    return element(
      "article",
      { class: "answer" },
      element("header", {}, element("h4", {}, name2), badge(statusOf(answer, role))),
      answer === null ? element("p", { class: "quiet" }, "This run has not asked this case.") : answer.error === void 0 ? longText(answer.answer, \`the answer of \${name2}\`) : element(
        "div",
        { class: "fault" },
        element("strong", {}, "No answer: "),
        longText(answer.error, "the error")
      ),
      answer === null ? void 0 : element("p", { class: "quiet small" }, ...meta(answer)),
      answer === null || answer.verdicts.length === 0 ? void 0 : verdicts(answer, result.primaryJudge)
    );
  }
  function meta({ truncated, tokens, latencyMs, answer, error }) {
    const parts = [
      truncated ? "cut off at the token limit" : "",
      error === void 0 ? \`\${countText(answer.length)} characters\` : "",
      tokens ? \`\${countText(tokens.prompt)} + \${countText(tokens.answer)} tokens\` : "",
      \`\${(latencyMs / 1e3).toFixed(latencyMs < 1e4 ? 2 : 0)} s\`
    ];
    return [parts.filter((part) => part !== "").join(" \\xB7 ")];
  }
  function verdicts({ verdicts: entries }, primaryJudge) {
    return element(
      "ul",
      { class: "verdicts", "aria-label": "Verdicts" },
      ...entries.map(
        ({ judge, verdict, raw, error }) => element(
          "li",
          {},
          element(
            "span",
            { class: "verdict-line" },
            element("span", { class: "judge" }, judge === primaryJudge ? \`\${judge} (counts)\` : judge),
            badge(verdict ?? "judge error")
          ),
          error === void 0 ? void 0 : element("div", { class: "fault small" }, longText(error, "the error")),
          raw === void 0 || raw.trim() === verdict ? void 0 : element(
            "details",
            {},
            element("summary", {}, "the judge\\u2019s own words"),
            longText(raw, \`the words of \${judge}\`)
          )
        )
      )
    );
  }
  function medium({ medium: file, key }, { summary }) {
    if (file === void 0) return void 0;
    const { mediaBase } = summary.runs[file.run];
    const url = mediaBase === void 0 ? void 0 : mediaUrl(mediaBase, file.path);
    if (url === void 0) return element("p", { class: "fault" }, \`No path leads from here to \${file.path}.\`);
    const fault = element("p", { class: "fault", hidden: true });
    const onerror = () => {
      fault.hidden = false;
      fill(
        fault,
        \`\${file.path} cannot be opened from this page. Where the benchmark\\u2019s folder has moved, write the report anew with --bench.\`
      );
    };
    const label = \`\${file.modality} of \${key}\`;
    const player = file.modality === "image" ? element("img", { src: url, alt: label, loading: "lazy", onerror }) : element(file.modality, {
      preload: "none",
      poster: file.modality === "video" ? notLoaded : void 0,
      src: url,
      controls: true,
      "aria-label": label,
      onerror
    });
    const link = element("a", { href: url, class: "small" }, file.path);
    return element("div", { class: \`medium \${file.modality}\` }, player, fault, link);
  }

  // src/bench-report/page/search-query.ts
  var special = /[\\\\^$.*+?()[\\]{}|/]/g;
  function parseQuery(line) {
    const terms = [...line.matchAll(/"([^"]+)"|(\\S+)/g)].map(([, phrase, word]) => phrase ?? word.replaceAll('"', "")).filter((term) => term.trim() !== "");
    if (terms.length === 0) return void 0;
    return terms.map((term) => new RegExp(term.replace(special, "\\\\$&"), "iu"));
  }
  function matchesQuery(query, texts) {
    return query.every((term) => {
      for (const text of texts()) if (term.test(text)) return true;
      return false;
    });
  }

  // src/bench-report/page/case-filter.ts
  function filterCases(data, filter) {
    const query = parseQuery(filter.query);
    const { runs } = data.summary;
    const wanted = filter.run;
    const runIndices = wanted === void 0 || wanted >= runs.length ? [...runs.keys()] : [wanted];
    const found = [];
    data.cases.forEach((each, at) => {
      if (filter.role !== "" && each.role !== filter.role) return;
      if (filter.scenario !== "" && each.scenario !== filter.scenario) return;
      if (filter.task !== "" && each.task !== filter.task) return;
      const status = (run) => statusOf(data.answers[run][at], each.role, filter.judge === "" ? void 0 : filter.judge);
      if (filter.verdict !== "" && !runIndices.some((run) => status(run) === filter.verdict)) return;
      if (filter.change !== "") {
        const before = status(0);
        const after = runIndices.filter((run) => run !== 0);
        if (!after.some((run) => isChange(filter.change, before, status(run)))) return;
      }
      const hasMark = (mark) => runIndices.some((run) => bears(mark, data.answers[run][at], each));
      if (!filter.marks.every(hasMark)) return;
      if (query && !matchesQuery(query, () => textsOf(data, at))) return;
      found.push(at);
    });
    return found;
  }
  function isChange(kind, before, after) {
    const worse = isFavourable(before) && isAdverse(after);
    const better = isAdverse(before) && isFavourable(after);
    return kind === "worse" ? worse : kind === "better" ? better : worse || better;
  }
  function bears(mark, answer, { role }) {
    if (answer === null) return false;
    switch (mark) {
      case "disagree":
        return judgesDisagree(answer, role);
      case "errors":
        return answer.error !== void 0 || answer.verdicts.some(({ error }) => error !== void 0);
      case "empty":
        return answer.error === void 0 && answer.answer.trim() === "";
      case "truncated":
        return answer.truncated === true;
    }
  }
  function* textsOf({ cases, answers }, at) {
    const { key, question, expected = [] } = cases[at];
    yield key;
    yield question;
    yield* expected;
    for (const ofRun of answers) {
      const answer = ofRun[at];
      if (answer === null) continue;
      yield answer.answer;
      if (answer.error !== void 0) yield answer.error;
      for (const { raw, error } of answer.verdicts) {
        if (raw !== void 0) yield raw;
        if (error !== void 0) yield error;
      }
    }
  }

  // src/bench-report/page/case-list.ts
  var overscan = 5;
  var snippetLength = 200;
  var CaseList = class {
    root;
    #data;
    #onChoose;
    #rows;
    #none;
    #cases = [];
    #judge;
    #chosen = -1;
    #drawn = "";
    #frame = 0;
    /** \`onChoose\` is given the index of a case, and whether it was pointed at. */
    constructor(data, onChoose) {
      this.#data = data;
      this.#onChoose = onChoose;
      this.#rows = element("div", { class: "rows", role: "presentation" });
      this.#none = element("p", { class: "none", hidden: true }, "No case meets these conditions.");
      this.root = element(
        "div",
        { class: "list", role: "listbox", tabindex: 0, "aria-label": "Cases" },
        this.#rows,
        this.#none
      );
      this.root.addEventListener("scroll", () => this.#schedule());
      this.root.addEventListener("keydown", (event) => this.#onKey(event));
      new ResizeObserver(() => this.#schedule()).observe(this.root);
    }
    /** Shows other cases, or the same with verdicts of another judge. Keeps the place if the chosen case is still among them. */
    show(cases, chosen, judge) {
      this.#cases = cases;
      this.#judge = judge;
      this.#chosen = cases.indexOf(chosen);
      this.#none.hidden = cases.length > 0;
      this.#rows.style.height = \`\${cases.length * this.#rowHeight()}px\`;
      if (this.#chosen < 0) this.root.scrollTop = 0;
      else this.#bringIntoSight(this.#chosen);
      this.#drawn = "";
      this.#draw();
    }
    /** Marks the case as the chosen one, if it is among those listed. */
    choose(at) {
      const position = this.#cases.indexOf(at);
      if (position === this.#chosen) return;
      this.#chosen = position;
      if (position >= 0) this.#bringIntoSight(position);
      this.#drawn = "";
      this.#draw();
    }
    /** Moves the choice by \`step\` cases, to the first one if there was none. */
    move(step) {
      if (this.#cases.length === 0) return;
      const from = this.#chosen < 0 && step > 0 ? -1 : this.#chosen;
      this.#choose(Math.min(this.#cases.length - 1, Math.max(0, from + step)));
    }
    /** Where the chosen case stands among the listed ones, from 0; -1 if it is not among them. */
    get position() {
      return this.#chosen;
    }
    get length() {
      return this.#cases.length;
    }
    #choose(position, pointed = false) {
      this.#chosen = position;
      this.#bringIntoSight(position);
      this.#drawn = "";
      this.#draw();
      this.#onChoose(this.#cases[position], pointed);
    }
    #onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const page = Math.max(1, Math.floor(this.root.clientHeight / this.#rowHeight()) - 1);
      const steps = {
        ArrowDown: 1,
        ArrowUp: -1,
        PageDown: page,
        PageUp: -page,
        Home: -this.#cases.length,
        End: this.#cases.length
      };
      const step = steps[event.key];
      if (step === void 0) return;
      event.preventDefault();
      this.move(step);
    }
    #rowHeight() {
      return 4 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    }
    #bringIntoSight(position) {
      const height = this.#rowHeight();
      const top = position * height;
      const { scrollTop, clientHeight } = this.root;
      if (top < scrollTop) this.root.scrollTop = top;
      else if (top + height > scrollTop + clientHeight) this.root.scrollTop = top + height - clientHeight;
    }
    #schedule() {
      if (this.#frame !== 0) return;
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw();
      });
    }
    #draw() {
      const height = this.#rowHeight();
      const first = Math.max(0, Math.floor(this.root.scrollTop / height) - overscan);
      const visible = Math.ceil(this.root.clientHeight / height);
      const end = Math.min(this.#cases.length, first + visible + 2 * overscan);
      const drawn = \`\${first}-\${end}\`;
      if (drawn === this.#drawn) return;
      this.#drawn = drawn;
      this.#rows.replaceChildren();
      for (let position = first; position < end; position++) this.#rows.append(this.#row(position, height));
      if (this.#chosen >= first && this.#chosen < end)
        this.root.setAttribute("aria-activedescendant", rowId(this.#chosen));
      else this.root.removeAttribute("aria-activedescendant");
    }
    #row(position, height) {
      const at = this.#cases[position];
      const { scenario, task, id, role, question, medium: medium2 } = this.#data.cases[at];
      const { runs } = this.#data.summary;
      const badges = element("span", { class: "badges" });
      runs.forEach((_, index2) => {
        if (index2 > 0) add(badges, element("span", { class: "arrow", "aria-hidden": "true" }, "\\u203A"));
        add(badges, badge(statusOf(this.#data.answers[index2][at], role, this.#judge)));
      });
      const spoken = medium2?.modality === "audio" ? "(all of it is spoken)" : "(no text)";
      const snippet = question === "" ? spoken : question.slice(0, snippetLength);
      const row = element(
        "div",
        {
          class: "row",
          role: "option",
          id: rowId(position),
          "aria-selected": String(position === this.#chosen),
          "aria-setsize": this.#cases.length,
          "aria-posinset": position + 1,
          onclick: () => this.#choose(position, true)
        },
        element(
          "span",
          { class: "row-head" },
          element("span", { class: "row-name" }, \`\${scenario} \\xB7 \${task} \\xB7 \${id}\`),
          role === "attack" ? void 0 : element("span", { class: "role" }, role)
        ),
        badges,
        element("span", { class: "snippet", dir: "auto" }, visibleText(snippet.replaceAll("\\n", " ")))
      );
      row.style.transform = \`translateY(\${position * height}px)\`;
      return row;
    }
  };
  function rowId(position) {
    return \`row-\${position}\`;
  }
  function countLine(shown, all) {
    return shown === all ? \`\${countText(all)} cases\` : \`\${countText(shown)} of \${countText(all)} cases\`;
  }

  // src/bench-report/page/choice.ts
  function choice(id, label, options, chosen, onChoose) {
    const select = element("select", { id, onchange: () => onChoose(select.value) });
    for (const [value, text] of options) {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = visibleText(text);
      option.selected = value === chosen;
      select.append(option);
    }
    return element("div", { class: "choice" }, element("label", { for: id }, label), select);
  }

  // src/bench-report/page/page-state.ts
  var changeFilters = ["changed", "worse", "better"];
  var caseMarks = ["disagree", "errors", "empty", "truncated"];
  var mapMeasures = ["asr", "asrUnderstood", "refusal", "overRefusal", "understanding"];
  var noFilter = {
    query: "",
    role: "",
    scenario: "",
    task: "",
    judge: "",
    verdict: "",
    change: "",
    marks: []
  };
  var firstView = { measure: "asr", judge: "", run: 0, difference: false };
  function oneOf(words, word) {
    return words.find((each) => each === word);
  }
  function index(text) {
    return text !== null && /^\\d{1,4}$/.test(text) ? Number(text) : void 0;
  }
  function parseHash(hash) {
    const values = new URLSearchParams(hash.replace(/^#/, ""));
    const marks = (values.get("only") ?? "").split(",");
    return {
      filter: {
        query: values.get("q") ?? "",
        role: oneOf(roles, values.get("role")) ?? "",
        scenario: values.get("scenario") ?? "",
        task: values.get("task") ?? "",
        run: index(values.get("run")),
        judge: values.get("judge") ?? "",
        verdict: values.get("verdict") ?? "",
        change: oneOf(changeFilters, values.get("change")) ?? "",
        marks: caseMarks.filter((mark) => marks.includes(mark))
      },
      map: {
        measure: oneOf(mapMeasures, values.get("map")) ?? firstView.measure,
        judge: values.get("mapJudge") ?? "",
        run: index(values.get("mapRun")) ?? firstView.run,
        difference: values.get("mapDifference") === "1"
      },
      shown: values.get("case") ?? ""
    };
  }
  function formatHash({ filter, map, shown }) {
    const values = new URLSearchParams();
    const put = (name2, value) => {
      if (value !== "") values.set(name2, value);
    };
    put("q", filter.query);
    put("role", filter.role);
    put("scenario", filter.scenario);
    put("task", filter.task);
    put("run", filter.run === void 0 ? "" : String(filter.run));
    put("judge", filter.judge);
    put("verdict", filter.verdict);
    put("change", filter.change);
    put("only", filter.marks.join(","));
    put("map", map.measure === firstView.measure ? "" : map.measure);
    put("mapJudge", map.judge);
    put("mapRun", map.run === firstView.run ? "" : String(map.run));
    put("mapDifference", map.difference ? "1" : "");
    put("case", shown);
    return values.toString();
  }

  // src/bench-report/page/filter-bar.ts
  var markNames = {
    disagree: "judges disagree",
    errors: "errors",
    empty: "empty answers",
    truncated: "cut off"
  };
  var changeNames = [
    ["", "any"],
    ["changed", "changed"],
    ["worse", "became worse"],
    ["better", "became better"]
  ];
  var searchDelayMs = 150;
  var FilterBar = class {
    root;
    search;
    #data;
    #onFilter;
    #choices = element("div", { class: "controls" });
    #filter = noFilter;
    #timer = 0;
    constructor(data, onFilter) {
      this.#data = data;
      this.#onFilter = onFilter;
      this.search = element("input", {
        type: "search",
        id: "search",
        placeholder: 'questions, answers, ids; "a phrase"',
        autocomplete: "off",
        spellcheck: "false",
        oninput: () => {
          clearTimeout(this.#timer);
          this.#timer = window.setTimeout(() => this.#set({ query: this.search.value }), searchDelayMs);
        }
      });
      this.root = element(
        "form",
        {
          class: "filters",
          role: "search",
          "aria-label": "Cases",
          onsubmit: (event) => event.preventDefault()
        },
        element("div", { class: "choice wide" }, element("label", { for: "search" }, "Search"), this.search),
        this.#choices
      );
    }
    show(filter) {
      this.#filter = filter;
      if (document.activeElement !== this.search) this.search.value = filter.query;
      const focused = document.activeElement?.id ?? "";
      fill(this.#choices, ...this.#selects(), this.#marks(), this.#reset());
      if (focused.startsWith("by-")) document.getElementById(focused)?.focus();
    }
    #set(change) {
      clearTimeout(this.#timer);
      this.#onFilter({ ...this.#filter, query: this.search.value, ...change });
    }
    #selects() {
      const { cases, summary } = this.#data;
      const { runs } = summary;
      const filter = this.#filter;
      const any = (values) => [["", "any"], ...values.map((value) => [value, value])];
      const distinct = (values) => any([...new Set(values)]);
      const judges = runs.flatMap(({ result }) => [
        ...result.judges.map(({ name: name2 }) => name2),
        result.refusalJudge
      ]);
      const asked = roles.filter((role) => cases.some((each) => each.role === role));
      const verdicts2 = asked.filter((role) => filter.role === "" || role === filter.role).flatMap((role) => verdictsOf[role]);
      const made = [
        choice(
          "by-scenario",
          "Scenario",
          distinct(cases.map(({ scenario }) => scenario)),
          filter.scenario,
          (scenario) => this.#set({ scenario })
        ),
        choice(
          "by-task",
          "Task",
          distinct(cases.map(({ task }) => task)),
          filter.task,
          (task) => this.#set({ task })
        )
      ];
      if (asked.length > 1) {
        made.push(
          choice(
            "by-role",
            "Role",
            any(asked),
            filter.role,
            (role) => this.#set({ role, verdict: "" })
          )
        );
      }
      made.push(
        choice(
          "by-verdict",
          "Verdict",
          any([...verdicts2, "unjudged", "judge error", "no answer", "not asked"]),
          filter.verdict,
          (verdict) => this.#set({ verdict })
        )
      );
      if (new Set(judges).size > 1) {
        const named = distinct(judges.filter((name2) => name2 !== ""));
        made.push(
          choice(
            "by-judge",
            "Judge",
            [["", "the one that counts"], ...named.slice(1)],
            filter.judge,
            (judge) => this.#set({ judge })
          )
        );
      }
      if (runs.length > 1) {
        const named = runs.map(({ name: name2 }, at) => [String(at), name2]);
        made.push(
          choice(
            "by-run",
            "Run",
            [["", "any"], ...named],
            String(filter.run ?? ""),
            (run) => this.#set({ run: run === "" ? void 0 : Number(run) })
          ),
          choice(
            "by-change",
            \`Since \${runs[0].name}\`,
            changeNames,
            filter.change,
            (change) => this.#set({ change })
          )
        );
      }
      return made;
    }
    #marks() {
      const { marks } = this.#filter;
      const buttons = caseMarks.map(
        (mark) => element(
          "button",
          {
            type: "button",
            id: \`by-mark-\${mark}\`,
            class: "chip",
            "aria-pressed": String(marks.includes(mark)),
            onclick: () => this.#set({
              marks: marks.includes(mark) ? marks.filter((each) => each !== mark) : [...marks, mark]
            })
          },
          markNames[mark]
        )
      );
      return element("div", { class: "chips", role: "group", "aria-label": "Only cases with" }, ...buttons);
    }
    #reset() {
      return element(
        "button",
        {
          type: "button",
          id: "by-nothing",
          class: "plain",
          disabled: JSON.stringify(this.#filter) === JSON.stringify(noFilter),
          onclick: () => {
            this.search.value = "";
            this.#onFilter(noFilter);
          }
        },
        "Clear"
      );
    }
  };

  // src/bench-report/page/case-browser.ts
  var CaseBrowser = class {
    root;
    #data;
    #bar;
    #list;
    #count = element("p", { class: "count", role: "status" });
    #steps = element("div", { class: "steps" });
    #detail = element("div", { class: "detail", "aria-label": "Chosen case", role: "region" });
    #indexOf;
    #filtered = "";
    #shown;
    constructor(data, onFilter, onShow) {
      this.#data = data;
      this.#indexOf = new Map(data.cases.map(({ key }, at) => [key, at]));
      this.#bar = new FilterBar(data, onFilter);
      this.#list = new CaseList(data, (at, pointed) => {
        onShow(data.cases[at].key);
        if (pointed && isBelow(this.#detail, this.#list.root)) this.#detail.scrollIntoView();
      });
      this.root = element(
        "div",
        { class: "browser" },
        this.#bar.root,
        this.#count,
        element("div", { class: "panes" }, this.#list.root, this.#detail),
        element(
          "p",
          { class: "quiet small keys" },
          "Keys: j and k go to the next and the previous case, arrows within the list, / to the search."
        )
      );
    }
    show(filter, key) {
      const at = this.#indexOf.get(key) ?? -1;
      const wanted = JSON.stringify(filter);
      if (wanted !== this.#filtered) {
        this.#filtered = wanted;
        this.#bar.show(filter);
        const found = filterCases(this.#data, filter);
        fill(this.#count, countLine(found.length, this.#data.cases.length));
        this.#list.show(found, at, filter.judge === "" ? void 0 : filter.judge);
      } else {
        this.#list.choose(at);
      }
      const focused = document.activeElement?.id ?? "";
      fill(this.#steps, ...this.#stepButtons());
      if (focused.startsWith("step-")) document.getElementById(focused)?.focus();
      if (at === this.#shown) return;
      this.#shown = at;
      if (at >= 0) {
        const place = element("div");
        showCase(place, this.#data, at, this.#indexOf);
        fill(this.#detail, this.#steps, place);
      } else fill(this.#detail, element("p", { class: "quiet" }, "Choose a case to see and hear it."));
      this.#detail.scrollTop = 0;
    }
    #stepButtons() {
      const { position, length } = this.#list;
      const button = (name2, disabled, onclick, more = "") => element(
        "button",
        { type: "button", class: \`plain \${more}\`, id: \`step-\${name2}\`, disabled, onclick },
        name2
      );
      const place = position < 0 ? "not in the list" : \`\${countText(position + 1)} of \${countText(length)}\`;
      return [
        element("span", { class: "place quiet small" }, place),
        button("List", false, () => this.root.scrollIntoView(), "back"),
        button("Previous", position <= 0, () => this.#list.move(-1)),
        button("Next", position >= length - 1, () => this.#list.move(1))
      ];
    }
    /** Keys that work wherever the focus is, but where something is typed or played. */
    onPageKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { target } = event;
      if (target instanceof Element && target.closest("input, select, textarea, video, audio")) return;
      if (event.key === "j") this.#list.move(1);
      else if (event.key === "k") this.#list.move(-1);
      else if (event.key === "/") this.#bar.search.focus();
      else return;
      event.preventDefault();
    }
  };
  function isBelow(lower, upper) {
    return lower.getBoundingClientRect().top >= upper.getBoundingClientRect().bottom;
  }

  // src/bench-report/page/map-figures.ts
  var measureNames = {
    asr: "Attack success (ASR)",
    asrUnderstood: "ASR where the medium was understood",
    refusal: "Refusals of attacks",
    overRefusal: "Over-refusal of benign twins",
    understanding: "Understanding of the medium"
  };
  var counted = {
    asr: "unsafe",
    asrUnderstood: "unsafe",
    refusal: "refused",
    overRefusal: "refused",
    understanding: "correct"
  };
  var isGood = (measure) => measure === "refusal" || measure === "understanding";
  function judgeOf(view, result) {
    return view.judge === "" ? result.primaryJudge : view.judge;
  }
  function proportionOf(cell, view, judge) {
    switch (view.measure) {
      case "asr":
        return cell.attack[judge]?.asr;
      case "asrUnderstood":
        return cell.asrUnderstood?.[judge];
      default:
        return cell[view.measure];
    }
  }
  function measuresOf({ runs }) {
    const has = (measure) => runs.some(({ result: { overall } }) => measure in overall || measure === "asr");
    return ["asr", "asrUnderstood", "refusal", "overRefusal", "understanding"].filter(has);
  }
  function mapField(summary, view, task, scenario) {
    const find = ({ cells, byTask }) => scenario === void 0 ? byTask.find((each) => each.task === task) : cells.find((each) => each.task === task && each.scenario === scenario);
    const { result } = summary.runs[view.run];
    const after = find(result);
    if (!view.difference) return after && rateField(after, view, judgeOf(view, result));
    const first = summary.runs[0].result;
    const before = find(first);
    const paired = pairedOf(summary.comparisons[view.run - 1], view, judgeOf(view, result), task, scenario);
    if (paired) return pairedField(paired, view.measure);
    if (before === void 0 || after === void 0) return void 0;
    const [from, to] = [
      proportionOf(before, view, judgeOf(view, first))?.rate,
      proportionOf(after, view, judgeOf(view, result))?.rate
    ];
    if (from === null || to === null || from === void 0 || to === void 0) return void 0;
    return {
      text: pointsText(to - from),
      note: \`\${percentText(from)} \\u2192 \${percentText(to)}\`,
      details: \`From \${percentText(from)} to \${percentText(to)} %, over all cases of each run. No paired test of this measure.\`,
      strength: (to - from) * (isGood(view.measure) ? -1 : 1)
    };
  }
  function rateField(cell, view, judge) {
    const proportion = proportionOf(cell, view, judge);
    if (proportion === void 0) return void 0;
    const { count, total, rate } = proportion;
    const attack = cell.attack[judge];
    const missing = [
      [cell.cases - cell.asked, "not asked yet"],
      [cell.answerErrors, "without an answer"],
      [attack?.judgeErrors ?? 0, "judge errors"],
      [attack?.unjudged ?? 0, "unjudged"],
      [cell.empty, "empty answers"],
      [cell.truncated, "cut off"]
    ].filter(([number]) => Number(number) > 0).map(([number, word]) => \`\${number} \${word}\`);
    const ofAttacks = view.measure === "asr" && missing.length > 0 ? \` Of its attack cases: \${missing.join(", ")}.\` : "";
    return {
      text: percentText(rate),
      note: \`\${count}/\${total}\`,
      details: \`\${count} of \${total} \${counted[view.measure]}\` + (rate === null ? "." : \`: \${percentText(rate)} %, 95 % Wilson interval \${intervalText(proportion)}.\`) + ofAttacks,
      strength: rate === null ? null : isGood(view.measure) ? 1 - rate : rate
    };
  }
  function pairedOf(comparison, view, judge, task, scenario) {
    if (comparison === void 0) return void 0;
    const ofTask = comparison.byTask.find((each) => each.task === task);
    if (view.measure === "overRefusal") return scenario === void 0 ? ofTask?.overRefusal : void 0;
    if (view.measure !== "asr" || judge !== comparison.judge) return void 0;
    return scenario === void 0 ? ofTask : comparison.byCell.find((each) => each.task === task && each.scenario === scenario);
  }
  function pairedField(paired, measure) {
    const { pairs, before, after, difference, bootstrap, mcnemar } = paired;
    return {
      text: pointsText(difference),
      note: \`\${percentText(before.rate)} \\u2192 \${percentText(after.rate)}\`,
      details: pairs === 0 ? "No case was judged in both runs." : \`From \${percentText(before.rate)} to \${percentText(after.rate)} % over \${pairs} cases judged in both runs: \${pointsText(difference)} points, 95 % bootstrap interval \${pointsIntervalText(bootstrap)}. \${mcnemar.onlyBefore} \${counted[measure]} only before, \${mcnemar.onlyAfter} only after; McNemar's exact p \${probabilityText(mcnemar.p).replace(/^(?!<)/, "= ")}.\`,
      strength: difference
    };
  }

  // src/bench-report/page/heat-map.ts
  var HeatMap = class {
    root;
    #summary;
    #onPick;
    #table = element("div");
    #details = element("p", { class: "details-line" });
    #controls;
    #onView;
    /** \`onView\`: another view was chosen; \`onPick\`: the cases of a field are wanted. */
    constructor(summary, onView, onPick) {
      this.#summary = summary;
      this.#onView = onView;
      this.#onPick = onPick;
      this.#controls = element("div", { class: "controls" });
      this.root = element("div", { class: "heat-map" }, this.#controls, this.#table, this.#details, legend());
    }
    show(view) {
      const { runs } = this.#summary;
      const focused = document.activeElement?.id ?? "";
      fill(this.#controls, ...this.#choices(view));
      if (focused.startsWith("map-")) document.getElementById(focused)?.focus();
      const scenarios = [...new Set(runs.flatMap(({ result }) => result.scenarios))];
      const tasks = [...new Set(runs.flatMap(({ result }) => result.tasks))];
      const rows = scenarios.map((scenario) => this.#row(view, tasks, scenario, scenario));
      const micro = this.#row(view, tasks, "all cases (micro)");
      const macro = view.measure === "asr" ? this.#macroRow(view, tasks) : void 0;
      this.#say();
      const title = this.#title(view);
      const map = element(
        "table",
        { class: "map" },
        element("caption", {}, title),
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            element("th", { scope: "col" }, "scenario"),
            ...tasks.map((task) => element("th", { scope: "col" }, task))
          )
        ),
        element("tbody", {}, ...rows),
        element("tfoot", {}, micro, macro)
      );
      map.style.setProperty("--tasks", String(tasks.length));
      fill(this.#table, scrolling(title, map));
    }
    #title(view) {
      const { runs } = this.#summary;
      const { name: name2, result } = runs[view.run];
      const judge = view.measure.startsWith("asr") ? \`, judge \${judgeOf(view, result)}\` : "";
      const what = view.difference ? \`\${measureNames[view.measure]}: \${name2} against \${runs[0].name}, percentage points\` : \`\${measureNames[view.measure]}: \${name2}, percent\`;
      return what + judge;
    }
    #choices(view) {
      const { runs } = this.#summary;
      const judges = [...new Set(runs.flatMap(({ result }) => result.judges.map(({ name: name2 }) => name2)))];
      const made = [
        choice(
          "map-measure",
          "Measure",
          measuresOf(this.#summary).map((measure) => [measure, measureNames[measure]]),
          view.measure,
          (measure) => this.#onView({ ...view, measure })
        )
      ];
      if (runs.length > 1) {
        const shown = [
          ...runs.map(({ name: name2 }, at) => [String(at), name2]),
          ...runs.slice(1).map(({ name: name2 }, at) => [\`d\${at + 1}\`, \`Difference: \${name2} \\u2212 \${runs[0].name}\`])
        ];
        made.push(
          choice(
            "map-run",
            "Run",
            shown,
            \`\${view.difference ? "d" : ""}\${view.run}\`,
            (value) => this.#onView({ ...view, difference: value.startsWith("d"), run: Number(value.replace("d", "")) })
          )
        );
      }
      if (judges.length > 1 && view.measure.startsWith("asr")) {
        const named = judges.map((name2) => [name2, name2]);
        made.push(
          choice(
            "map-judge",
            "Judge",
            named,
            judgeOf(view, runs[view.run].result),
            (judge) => this.#onView({ ...view, judge: judge === runs[view.run].result.primaryJudge ? "" : judge })
          )
        );
      }
      return made;
    }
    #row(view, tasks, head, scenario) {
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, head),
        ...tasks.map((task) => {
          const field = mapField(this.#summary, view, task, scenario);
          if (field === void 0) return element("td", { class: "blank" }, "\\u2013");
          return this.#field(field, view, \`\${head}, \${task}\`, () => this.#onPick(task, scenario));
        })
      );
    }
    #macroRow(view, tasks) {
      const cells = tasks.map((task) => {
        const field = macroField(this.#summary, view, task);
        if (field === void 0) return element("td", { class: "blank" }, "\\u2013");
        return this.#field(field, view, \`mean of scenarios, \${task}\`, () => this.#onPick(task));
      });
      return element("tr", {}, element("th", { scope: "row" }, "mean of scenarios (macro)"), ...cells);
    }
    #field(field, view, name2, onclick) {
      const say = () => this.#say(\`\${name2}: \${field.details}\`);
      const button = element(
        "button",
        {
          type: "button",
          title: field.details,
          "aria-label": \`\${name2}: \${field.text}. \${field.details} Lists the cases.\`,
          onclick,
          onfocus: say,
          onpointerenter: say
        },
        element("span", { class: "figure" }, field.text),
        element("span", { class: "note" }, field.note)
      );
      const cell = element("td", { class: shade(field, view) }, button);
      if (field.strength !== null)
        cell.style.setProperty("--strength", String(Math.min(1, Math.abs(field.strength))));
      return cell;
    }
    #say(text = "Point at a field for its interval and counts; choose it to list its cases.") {
      fill(this.#details, text);
    }
  };
  function shade({ strength }, view) {
    if (strength === null) return "blank";
    return view.difference && strength < 0 ? "cool" : "hot";
  }
  function macroField(summary, view, task) {
    const { result } = summary.runs[view.run];
    const judge = judgeOf(view, result);
    if (view.difference) {
      const comparison = summary.comparisons[view.run - 1];
      if (comparison === void 0 || comparison.judge !== judge) return void 0;
      const macro2 = comparison.byTask.find((each) => each.task === task)?.macro;
      if (macro2 === void 0 || macro2.difference === null) return void 0;
      return {
        text: pointsText(macro2.difference),
        note: \`\${percentText(macro2.before)} \\u2192 \${percentText(macro2.after)}\`,
        details: \`The unweighted mean over \${macro2.cells} scenarios goes from \${percentText(macro2.before)} to \${percentText(macro2.after)} %: \${pointsText(macro2.difference)} points, 95 % bootstrap interval \${pointsIntervalText(macro2.bootstrap)}.\`,
        strength: macro2.difference
      };
    }
    const macro = result.byTask.find((each) => each.task === task)?.macroAsr[judge];
    if (macro === void 0 || macro.mean === null) return void 0;
    return {
      text: percentText(macro.mean),
      note: \`of \${macro.scenarios}\`,
      details: \`Unweighted mean over \${macro.scenarios} scenarios: \${percentText(macro.mean)} %.\`,
      strength: macro.mean
    };
  }
  function legend() {
    return element(
      "p",
      { class: "quiet small" },
      "The stronger the colour, the further from what is wanted; blue in differences is a change for the better. Micro: every case weighs the same. Macro: the unweighted mean over scenarios, as published."
    );
  }

  // src/bench-report/page/overview.ts
  function overview({ runs, comparisons }) {
    const cards = runs.map(({ name: name2, result }) => {
      const { overall, primaryJudge: judge, roles: roles2 } = result;
      const asr = overall.attack[judge]?.asr;
      const asked = roles2.attack.asked + roles2.benign.asked + roles2.understanding.asked;
      const cases = roles2.attack.cases + roles2.benign.cases + roles2.understanding.cases;
      return card(
        name2,
        \`ASR by \${judge === "" ? "no judge" : judge}\`,
        \`\${percentText(asr?.rate)}\${asr?.rate === null || asr === void 0 ? "" : " %"}\`,
        asr === void 0 || asr.rate === null ? "nothing judged" : \`\${countText(asr.count)} of \${countText(asr.total)} unsafe \${intervalText(asr)}\`,
        [
          ["mean over scenarios and tasks", withPercent(overall.macroAsr[judge]?.mean)],
          ["attacks refused", share(overall.refusal)],
          ["over-refusal", share(overall.overRefusal)],
          ["medium understood", share(overall.understanding)],
          ["asked", asked === cases ? countText(cases) : \`\${countText(asked)} of \${countText(cases)}\`],
          ["without answer", countText(sum(Object.values(roles2).map(({ answerErrors }) => answerErrors)))]
        ]
      );
    });
    const changes = comparisons.map(
      ({ before, after, overall, macro, overRefusal }) => card(
        \`\${after} against \${before}\`,
        "change of ASR",
        overall.difference === null ? "\\u2013" : \`\${pointsText(overall.difference)} points\`,
        \`95 % \${pointsIntervalText(overall.bootstrap)}, p \${probabilityText(overall.mcnemar.p)}\`,
        [
          ["pairs", countText(overall.pairs)],
          ["unsafe only before / only after", \`\${overall.mcnemar.onlyBefore} / \${overall.mcnemar.onlyAfter}\`],
          ["change of the mean", macro.difference === null ? "" : \`\${pointsText(macro.difference)} points\`],
          [
            "change of over-refusal",
            overRefusal === void 0 || overRefusal.difference === null ? "" : \`\${pointsText(overRefusal.difference)} points\`
          ]
        ]
      )
    );
    return element("div", { class: "cards" }, ...cards, ...changes);
  }
  function card(title, what, figure2, note, rows) {
    const list = rows.filter(([, value]) => value !== "").flatMap(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]);
    return element(
      "article",
      { class: "card" },
      element("h3", {}, title),
      element("p", { class: "quiet small" }, what),
      element("p", { class: "big" }, figure2),
      element("p", { class: "quiet small" }, note),
      element("dl", {}, ...list)
    );
  }
  function withPercent(rate) {
    return rate === null || rate === void 0 ? "" : \`\${percentText(rate)} %\`;
  }
  function share(proportion) {
    return withPercent(proportion?.rate);
  }
  function sum(values) {
    return values.reduce((total, value) => total + value, 0);
  }

  // src/bench-report/page/result-tables.ts
  var name = (head) => ({ head });
  var figure = (head, hint) => ({ head, numeric: true, hint });
  function taskTables({ runs }) {
    return runs.map(({ name: runName, result }) => {
      const { primaryJudge: judge } = result;
      const row = (head, of) => [
        head,
        proportionText(of.attack[judge]?.asr),
        percentText(of.macroAsr[judge]?.mean),
        proportionText(of.refusal),
        proportionText(of.overRefusal),
        proportionText(of.understanding),
        proportionText(of.asrUnderstood?.[judge])
      ];
      return table(
        \`\${runName}: percent, with 95 % Wilson intervals; judge \${judge === "" ? "(none)" : judge}, refusals by \${result.refusalJudge}\`,
        [
          name("task"),
          figure("ASR, micro"),
          figure("ASR, macro"),
          figure("attacks refused"),
          figure("over-refusal"),
          figure("understanding"),
          figure("ASR if understood")
        ],
        [...result.byTask.map((of) => row(of.task, of)), row("all", result.overall)]
      );
    });
  }
  function comparisonTables({ comparisons }) {
    return comparisons.map((comparison) => {
      const row = (head, of) => {
        if (of === void 0) return [];
        const { mcnemar } = of;
        return [
          [
            head,
            percentText(of.before.rate),
            percentText(of.after.rate),
            pointsText(of.difference),
            pointsIntervalText(of.bootstrap),
            countText(of.pairs),
            countText(mcnemar.onlyBefore),
            countText(mcnemar.onlyAfter),
            of.pairs === 0 ? "\\u2013" : probabilityText(mcnemar.p)
          ]
        ];
      };
      const { macro } = comparison;
      const tasks = comparison.byTask.flatMap((each) => [
        ...row(\`ASR, \${each.task}\`, each),
        ...row(\`over-refusal, \${each.task}\`, each.overRefusal)
      ]);
      return table(
        \`\${comparison.after} against \${comparison.before}: cases judged in both runs, judge \${comparison.judge}; percent, differences in points\`,
        [
          name(""),
          figure("before"),
          figure("after"),
          figure("difference"),
          figure("95 % interval", "bootstrap over cases"),
          figure("pairs", "cases judged in both runs"),
          figure("only before"),
          figure("only after"),
          figure("McNemar p", "exact, two-sided")
        ],
        [
          ...row("ASR, all cases (micro)", comparison.overall),
          [
            "ASR, mean of cells (macro)",
            percentText(macro.before),
            percentText(macro.after),
            pointsText(macro.difference),
            pointsIntervalText(macro.bootstrap),
            "",
            "",
            "",
            ""
          ],
          ...row("over-refusal", comparison.overRefusal),
          ...tasks
        ]
      );
    });
  }
  function judgeTables({ runs }) {
    const judges = runs.flatMap(
      ({ name: runName, result }) => result.judges.map(({ name: judge, promptHash, otherPrompts }) => {
        const of = result.overall.attack[judge];
        return [
          judge,
          runName,
          proportionText(of?.asr),
          percentText(result.overall.macroAsr[judge]?.mean),
          of && countText(of.judgeErrors),
          of && countText(of.unjudged),
          element("code", { title: promptHash }, promptHash.slice(0, 12)),
          otherPrompts === 0 ? "" : \`\${countText(otherPrompts)} verdicts\`
        ];
      })
    );
    const agreement = runs.flatMap(
      ({ name: runName, result }) => result.agreement.map(({ a, b, both, agree, kappa }) => [
        \`\${a} and \${b}\`,
        runName,
        countText(both),
        proportionText(agree),
        numberText(kappa, 3)
      ])
    );
    return [
      table(
        "Judges of attacks",
        [
          name("judge"),
          name("run"),
          figure("ASR, micro"),
          figure("ASR, macro"),
          figure("judge errors"),
          figure("unjudged"),
          name("prompt hash"),
          figure("with another prompt")
        ],
        judges
      ),
      ...agreement.length === 0 ? [] : [
        table(
          "Agreement on answers that both judged",
          [name("judges"), name("run"), figure("both judged"), figure("agree, %"), figure("Cohen\\u2019s kappa")],
          agreement
        )
      ]
    ];
  }
  function countTable({ runs }) {
    const rows = runs.flatMap(
      ({ name: runName, result }) => ["attack", "benign", "understanding"].filter((role) => result.roles[role].cases > 0).map((role) => {
        const { cases, asked, answerErrors, empty, truncated } = result.roles[role];
        const missing = judgeFailures(result.overall, role, result.primaryJudge);
        const counts = [cases, asked, answerErrors, empty, truncated, missing.judgeErrors, missing.unjudged];
        return [runName, role, ...counts.map(countText)];
      })
    );
    return table(
      "Cases asked, and what is in no rate: errors and answers without a verdict are in no denominator",
      [
        name("run"),
        name("role"),
        figure("cases"),
        figure("asked"),
        figure("without answer"),
        figure("empty"),
        figure("cut off"),
        figure("judge errors"),
        figure("unjudged")
      ],
      rows
    );
  }
  function judgeFailures(overall, role, judge) {
    const none = { judgeErrors: 0, unjudged: 0 };
    if (role === "attack") return overall.attack[judge] ?? none;
    return (role === "benign" ? overall.overRefusal : overall.understanding) ?? none;
  }
  function factTable({ runs }) {
    const labels = [...new Set(runs.flatMap(({ facts }) => facts.map(({ label }) => label)))];
    const rows = labels.map((label) => {
      const values = runs.map(({ facts }) => facts.find((fact) => fact.label === label)?.value ?? "\\u2013");
      const differ = new Set(values).size > 1;
      return [
        label,
        ...values.map((value) => element("span", { class: differ ? "fact differs" : "fact" }, value)),
        ...runs.length > 1 ? [differ ? "differs" : ""] : []
      ];
    });
    return table(
      "What was run",
      [name(""), ...runs.map(({ name: runName }) => name(runName)), ...runs.length > 1 ? [name("")] : []],
      rows
    );
  }

  // src/bench-report/page/theme.ts
  var themes = ["auto", "light", "dark"];
  var storageKey = "va-safetybench-report-theme";
  function themeButton() {
    let theme = remembered();
    const button = element("button", { type: "button", class: "theme" });
    const apply = () => {
      if (theme === "auto") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = theme;
      button.textContent = \`Theme: \${theme}\`;
    };
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      apply();
      remember(theme);
    });
    apply();
    return button;
  }
  function remembered() {
    try {
      const value = localStorage.getItem(storageKey);
      return themes.find((theme) => theme === value) ?? "auto";
    } catch {
      return "auto";
    }
  }
  function remember(theme) {
    try {
      localStorage.setItem(storageKey, theme);
    } catch {
    }
  }

  // src/bench-report/page/open-page.ts
  function openPage(data) {
    const { summary } = data;
    let state = parseHash(location.hash);
    const change = (next) => {
      state = { ...state, ...next };
      const hash = formatHash(state);
      history.replaceState(null, "", hash === "" ? location.pathname + location.search : \`#\${hash}\`);
      show();
    };
    const browser = new CaseBrowser(
      data,
      (filter) => change({ filter }),
      (shown) => change({ shown })
    );
    const map = new HeatMap(
      summary,
      (view) => change({ map: view }),
      (task, scenario = "") => {
        const role = roleOf(state.map);
        const run = summary.runs.length > 1 ? state.map.run : void 0;
        change({ filter: { ...noFilter, role, scenario, task, run, judge: state.map.judge } });
        goTo("cases");
      }
    );
    function show() {
      map.show(checked(state.map, data));
      browser.show(state.filter, state.shown);
    }
    const main = document.getElementById("main");
    fill(
      main,
      header(summary.title),
      ...summary.notes.length === 0 ? [] : [
        element(
          "aside",
          { class: "notes", "aria-label": "Notes" },
          element("ul", {}, ...summary.notes.map((note) => element("li", {}, note)))
        )
      ],
      overview(summary),
      section("results", "Scenario by task", map.root),
      ...summary.comparisons.length === 0 ? [] : [section("changes", "Differences", ...comparisonTables(summary))],
      section("tasks", "Tasks", ...taskTables(summary)),
      section("judges", "Judges", ...judgeTables(summary)),
      section("counts", "Counts", countTable(summary)),
      section("facts", "Runs", factTable(summary)),
      section("cases", "Cases", browser.root)
    );
    show();
    if (state.shown !== "") goTo("cases");
    window.addEventListener("hashchange", () => {
      state = parseHash(location.hash);
      show();
      if (state.shown !== "") goTo("cases");
    });
    document.addEventListener("keydown", (event) => browser.onPageKey(event));
    document.getElementById("skip")?.addEventListener("click", (event) => {
      event.preventDefault();
      goTo("cases");
    });
  }
  function checked(view, { summary }) {
    const run = Math.min(view.run, summary.runs.length - 1);
    const difference = view.difference && run > 0;
    const known = summary.runs[run].result.judges.some(({ name: name2 }) => name2 === view.judge);
    return { ...view, run, difference, judge: known ? view.judge : "" };
  }
  function roleOf({ measure }) {
    if (measure === "overRefusal") return "benign";
    return measure === "understanding" ? "understanding" : "attack";
  }
  function header(title) {
    const links = ["results", "judges", "cases"].map(
      (id) => element("button", { type: "button", class: "plain", onclick: () => goTo(id) }, id)
    );
    return element(
      "header",
      { class: "top" },
      element("h1", {}, title),
      element("nav", { "aria-label": "Sections" }, ...links, themeButton())
    );
  }
  function section(id, title, ...content) {
    return element(
      "section",
      { id, "aria-labelledby": \`\${id}-title\` },
      element("h2", { id: \`\${id}-title\`, tabindex: -1 }, title),
      ...content
    );
  }
  function goTo(id) {
    const title = document.getElementById(\`\${id}-title\`);
    title?.scrollIntoView({ block: "start" });
    title?.focus({ preventScroll: true });
  }

  // src/bench-report/page/read-data.ts
  function readData(page) {
    const block = (id) => JSON.parse(page.getElementById(id)?.textContent ?? "null");
    const summary = block("data-summary");
    return {
      summary,
      cases: block("data-cases"),
      answers: summary.runs.map((_, run) => block(\`data-answers-\${run}\`))
    };
  }

  // src/bench-report/page/main.ts
  openPage(readData(document));
})();
`;
