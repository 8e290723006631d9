/* A part of a page chosen with the pointer: it fills the four fields that the keyboard fills too. */
"use strict";
(() => {
  let begun = null;
  const within = (share) => Math.min(1, Math.max(0, share));
  const place = (image, event) => {
    const box = image.getBoundingClientRect();
    return { x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height) };
  };
  const frame = (image, a, b) => {
    const figure = image.closest("figure");
    const mark = figure.querySelector(".cut") || figure.appendChild(document.createElement("div"));
    mark.className = "cut";
    mark.style.left = `${image.offsetLeft + Math.min(a.x, b.x) * image.width}px`;
    mark.style.top = `${image.offsetTop + Math.min(a.y, b.y) * image.height}px`;
    mark.style.width = `${Math.abs(a.x - b.x) * image.width}px`;
    mark.style.height = `${Math.abs(a.y - b.y) * image.height}px`;
  };
  document.addEventListener("pointerdown", (event) => {
    const image = event.target.closest("img[data-cut]");
    if (!image || event.button !== 0 || event.pointerType === "touch") return;
    event.preventDefault();
    begun = { image, from: place(image, event) };
  });
  document.addEventListener("pointermove", (event) => begun && frame(begun.image, begun.from, place(begun.image, event)));
  document.addEventListener("pointerup", (event) => {
    if (!begun) return;
    const { image, from } = begun;
    const to = place(image, event);
    const figure = image.closest("figure");
    begun = null;
    if (Math.abs(from.x - to.x) < 0.05 || Math.abs(from.y - to.y) < 0.05) {
      for (const mark of figure.querySelectorAll(".cut")) mark.remove();
      return;
    }
    const cut = {
      left: Math.min(from.x, to.x), top: Math.min(from.y, to.y),
      right: 1 - Math.max(from.x, to.x), bottom: 1 - Math.max(from.y, to.y),
    };
    for (const [side, share] of Object.entries(cut))
      figure.querySelector(`[name=${side}]`).value = String(Math.floor(share * 100));
    figure.querySelector("details").open = true;
    figure.querySelector("details button").focus();
  });
})();
