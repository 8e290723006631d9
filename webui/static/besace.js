/* What the pages cannot do by themselves: the token on each htmx change, the keys, the focus.
   Everything works without this file, through plain links and forms. */
"use strict";
(() => {
  const token = document.querySelector('meta[name="page-token"]').content;
  const codes = document.getElementById("code-form");
  const PACE = 35; // milliseconds: no finger is as fast, six keys in a row
  const LEAST = 6;
  let later; // a key that acts, unless another follows at once
  const writing = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";

  /* What the event stream or the clock asks for, nobody's hand did: the server is told, with what
     passed. */
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters, triggeringEvent: cause } = event.detail;
    headers["X-Page-Token"] = token;
    if (cause && !/^(sse:|htmx:sseOpen)/.test(cause.type)) return;
    headers["X-By-Itself"] = "1";
    if (unsaved()) headers["X-Unsaved"] = "1";
    if (!cause) return;
    parameters.event = cause.type.replace("sse:", "");
    parameters.subject = (cause.detail && cause.detail.data) || "";
    if (event.target.id === "lamp" && cause.type === "sse:card.done" && parameters.subject && !unsaved())
      event.preventDefault(); // the page is about to be led to that file, which has its own lamp
  });

  /* Something typed and not kept: a field that differs from what the page came with. What is only
     searched for is nothing to keep. */
  const changed = (field) =>
    field.type === "radio" || field.type === "checkbox"
      ? field.checked !== field.defaultChecked
      : field.matches("select")
        ? ![...field.options].every((option) => option.selected === option.defaultSelected)
        : field.type !== "hidden" && field.value !== field.defaultValue;
  const unsaved = () =>
    document.querySelector("main [aria-invalid]") !== null ||
    [...document.querySelectorAll("main form[method=post]:not([role=search]) :is(input, select, textarea)")].some(changed);

  /* What is typed and not sent is kept as one types, but for secrets and files. */
  const main = document.querySelector("[data-drafts]");
  const ours = (field) =>
    field.matches("input, select, textarea") && field.name &&
    !field.matches("[type=password], [type=file], [name=page_token], [name=form_key]");
  const forms = () => [...document.querySelectorAll("main form[method=post]:not([role=search])")];
  const boxed = (field) => /^(radio|checkbox)$/.test(field.type);
  const path = (form) => new URL(form.getAttribute("action"), location.href).pathname;
  const typedIn = (form) => 
    [...form.elements].filter((f) => ours(f) && (!boxed(f) || f.checked)).map((f) => [f.name, f.value]);
  const dirty = (form) => [...form.elements].some((field) => ours(field) && changed(field));
  let known = "[]";
  const say = (url, facts) => {
    const body = new URLSearchParams({ place: location.pathname + location.search, ...facts });
    const headers = { "X-Page-Token": token, "X-By-Itself": "1" };
    return fetch(url, { method: "POST", body, headers, keepalive: true }).catch(() => {});
  };
  const keep = () => {
    const now = main ? JSON.stringify(forms().filter(dirty).map((form) => [path(form), typedIn(form)])) : known;
    if (now === known) return Promise.resolve();
    known = now;
    return say(main.dataset.drafts, { forms: now });
  };
  let soon;
  for (const kind of ["input", "change"])
    document.addEventListener(kind, () => (clearTimeout(soon), (soon = setTimeout(keep, 800))));
  document.addEventListener("submit", (event) => {
    clearTimeout(soon);
    if (!event.target.matches("[data-lock]") || !main) return;
    event.preventDefault();
    keep().then(() => event.target.submit());
  });
  addEventListener("pagehide", () => known !== "[]" && say(main.dataset.left, {}));

  /* And put back where it was typed: the form sent to the same place, with the same hidden fields. */
  const putBack = ([action, fields]) => {
    const has = (field) => fields.some(([name, value]) => name === field.name && value === field.value);
    const form = forms().find((each) => path(each) === action &&
      [...each.elements].filter((f) => f.type === "hidden" && ours(f)).every(has));
    if (!form) return false;
    const rest = fields.slice();
    for (const field of [...form.elements].filter((f) => ours(f) && f.type !== "hidden")) {
      const at = rest.findIndex(([name]) => name === field.name);
      if (boxed(field)) field.checked = has(field);
      else if (at >= 0) field.value = rest.splice(at, 1)[0][1];
      if (changed(field) && field.closest("details")) field.closest("details").open = true;
    }
    return dirty(form);
  };
  const left = document.getElementById("draft");
  if (left && JSON.parse(left.dataset.forms).map(putBack).some(Boolean)) {
    left.hidden = false;
    known = "";
    keep();
  }

  /* A hand on the keyboard or the pointer keeps the practice open, told once a minute. */
  const awake = document.querySelector("[data-awake]");
  let told = Date.now();
  const stir = () => {
    if (!awake || Date.now() - told < 60000) return;
    told = Date.now();
    fetch(awake.dataset.awake);
  };
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, stir);

  /* Keys: a link, a button or a field carries its own in data-key. */
  const pressed = (event) => {
    const said = event.altKey && event.key.length === 1 ? event.key.toUpperCase() : event.key;
    const key = event.altKey && /^Digit\d$/.test(event.code) ? event.code.slice(5) : said;
    return (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + key;
  };
  const bearer = (key) =>
    [...document.querySelectorAll(":is(#card-note, #code-note) [data-key]"), ...document.querySelectorAll("[data-key]")].find(
      (node) => node.dataset.key === key && !node.disabled
    );
  const meantForText = (event, key) =>
    event.target.matches(writing) && (key.length === 1 || key === "PageUp" || key === "PageDown");

  document.addEventListener("keydown", (event) => {
    const key = pressed(event);
    if (event.defaultPrevented || event.repeat || meantForText(event, key)) return;
    if (key === "F6") return void (event.preventDefault(), nextPane(event.shiftKey));
    if (key === "Enter" && event.target.closest("a, button, form, summary")) return;
    const node = bearer(key);
    if (!node || (document.querySelector("dialog[open]") && !node.closest("dialog"))) return;
    event.preventDefault();
    if (node.matches(writing)) return void ((run = null), node.focus());
    if (key.length > 1 || !codes) return node.click();
    later = setTimeout(() => node.click(), PACE * 2); // it may begin a code
  });

  /* A hand reader that types is told from fingers by its pace, wherever the focus is: six characters
     at least, each within 35 ms of the one before, then Enter or Tab. What it typed into a field is
     taken out again and offered. Secrets are never looked at. */
  const ends = { Enter: "\n", Tab: "\t" };
  let run = null;
  const quick = (event) => run !== null && event.timeStamp - run.at < PACE;
  const begin = (event) => {
    const field = event.target.matches("input, textarea") ? event.target : null;
    return { text: "", at: 0, ended: 0, field, before: field && field.value };
  };
  const character = (event) => {
    const plain = event.key.length === 1 && (!event.ctrlKey || event.getModifierState("AltGraph")) && !event.metaKey;
    return plain ? event.key : ends[event.key] || "";
  };
  document.addEventListener("keydown", (event) => {
    if (!codes || event.isComposing || /^(Shift|AltGraph|CapsLock)$/.test(event.key)) return;
    clearTimeout(later);
    const came = event.repeat || event.target.matches("[type=password]") ? "" : character(event);
    const follows = quick(event);
    if (run && !follows && run.ended) finish(run);
    if (!came || (ends[event.key] && !follows)) return void (run = null);
    if (!follows) run = begin(event);
    else if (!run.field) (event.preventDefault(), event.stopImmediatePropagation());
    clearTimeout(run.ended);
    run.ended = 0;
    run.text += came;
    run.at = event.timeStamp;
    if (!ends[event.key] || run.text.trim().length < LEAST) return;
    (event.preventDefault(), event.stopImmediatePropagation());
    run.ended = setTimeout(finish, PACE * 3, run); // a code may have several lines
  }, true);

  const label = (field) => {
    const named = field.labels && field.labels[0];
    return named ? named.firstChild.textContent.trim() : field.getAttribute("aria-label") || "";
  };
  const finish = (burst) => {
    clearTimeout(burst.ended);
    run = null;
    const { field, before } = burst;
    const trial = document.querySelector("form[data-reads]");
    if (field && field.isConnected) fill(field, before);
    if (trial) {
      fill(trial.elements.text, burst.text);
      return trial.requestSubmit();
    }
    outOf = field;
    codes.elements.text.value = burst.text;
    codes.elements.field.value = field ? label(field) : "";
    htmx.trigger(codes, "code");
  };
  const fill = (field, text) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  let outOf = null;
  document.addEventListener("click", (event) => {
    const back = event.target.closest("[data-code-back]");
    const close = event.target.closest("[data-code-back], [data-code-close]");
    if (back && outOf && outOf.isConnected) (fill(outOf, back.dataset.codeBack), outOf.focus());
    if (close) close.closest(".note").remove();
  });

  /* F6 walks rail, bar, list, detail. */
  const nextPane = (back) => {
    const panes = [...document.querySelectorAll("[data-pane]")];
    const here = panes.findLastIndex((pane) => pane.contains(document.activeElement));
    const next = panes[(here + (back ? panes.length - 1 : 1)) % panes.length];
    const first = next.matches("[tabindex]") ? next : next.querySelector("a, button, input, select");
    if (first) first.focus();
  };

  /* A list is one tab stop, with arrows, Home, End and type-ahead inside. */
  const items = (list) => [...list.querySelectorAll("[data-item]")];
  const oneStop = (root) => {
    for (const list of root.querySelectorAll("[data-list]")) {
      const all = items(list);
      const here = all.find((item) => item.closest("[aria-current], [aria-selected=true]")) || all[0];
      for (const item of all) item.tabIndex = item === here ? 0 : -1;
    }
  };
  const target = (all, here, key) => {
    if (key === "ArrowDown") return all[here + 1];
    if (key === "ArrowUp") return all[here - 1];
    if (key === "Home") return all[0];
    if (key === "End") return all[all.length - 1];
    if (key.length !== 1 || key === " ") return undefined;
    const after = [...all.slice(here + 1), ...all.slice(0, here)];
    return after.find((item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()));
  };
  /* A stream that cannot open may mean a practice locked meanwhile: then the page leaves. */
  document.addEventListener("htmx:sseError", async () => {
    const answer = await fetch(awake.dataset.awake, { headers: { "X-By-Itself": "1" } });
    if (answer.status === 403) location.assign(awake.dataset.gate);
  });

  /* From a search field the arrow goes down into the list it leads to. */
  document.addEventListener("keydown", (event) => {
    const place = document.getElementById(event.target.dataset.leads || "");
    const first = event.key === "ArrowDown" && place && place.querySelector("[data-item]");
    if (first) (event.preventDefault(), first.focus());
  });
  document.addEventListener("keydown", (event) => {
    const list = event.target.closest("[data-list]");
    if (!list || event.ctrlKey || event.altKey || event.metaKey || event.target.matches(writing)) return;
    const all = items(list);
    const next = target(all, all.indexOf(event.target.closest("[data-item]")), event.key);
    if (!next) return;
    event.preventDefault();
    for (const item of all) item.tabIndex = item === next ? 0 : -1;
    next.focus();
  });

  /* Dialogs: native, opened by the control that names them; the browser gives the focus back. */
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const closer = event.target.closest("[data-closes]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    if (closer) closer.closest("dialog").close();
    if (opener || closer) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[aria-disabled=true]")) event.preventDefault();
  }, true);

  /* What a field holds, copied for another program, and gone a minute later unless replaced. */
  const copiedMs = 60000;
  const clearIfStill = async (text) => {
    if ((await navigator.clipboard.readText()) === text) await navigator.clipboard.writeText("");
  };
  document.addEventListener("click", (event) => {
    const copier = event.target.closest("[data-copy]");
    const field = copier && document.getElementById(copier.dataset.copy);
    if (!field) return;
    field.select();
    const text = field.value;
    navigator.clipboard?.writeText(text).catch(() => {});
    setTimeout(() => clearIfStill(text).catch(() => {}), copiedMs);
  });

  /* Every box of a form ticked, or none. */
  document.addEventListener("click", (event) => {
    const all = event.target.closest("[data-ticks]");
    if (!all) return;
    const boxes = all.closest("form").querySelectorAll("tbody [type=checkbox]");
    for (const box of boxes) box.checked = all.dataset.ticks === "all";
  });

  /* After a swap the focus stays on the same thing by id; if it has gone, the nearest heading. */
  let held = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const active = document.activeElement;
    held = event.detail.target.contains(active) ? { id: active.id, place: event.detail.target.id } : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    oneStop(document);
    if (!held || (document.activeElement && document.activeElement !== document.body)) return;
    const place = document.getElementById(held.place) || document.getElementById("m");
    const heading = document.getElementById(held.id) || place.querySelector("h1, h2") || place;
    if (!heading.matches("a, button, input, select, textarea, [tabindex]")) heading.tabIndex = -1;
    heading.focus();
  });

  oneStop(document);
  /* A page opened at one of its fields puts the hand there, even in a folded part. */
  const named = location.hash && document.getElementById(location.hash.slice(1));
  const folded = named && named.closest("details");
  if (folded) folded.open = true;
  const wanted = document.querySelector("[data-focus]") || named;
  if (wanted) wanted.focus();
})();
