/* A file dropped on a form that takes one is chosen and sent, as if by hand; a table of conventions
   may be dropped on any screen. */
(() => {
  "use strict";
  for (const form of document.querySelectorAll("[data-drop]")) {
    const words = form.querySelector("[data-drop-words]");
    if (words) words.hidden = false;
    const over = (on) => form.classList.toggle("over", on);
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      over(true);
    });
    form.addEventListener("dragleave", () => over(false));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      const files = event.dataTransfer && event.dataTransfer.files;
      if (!files || files.length !== 1) return;
      form.elements[form.dataset.drop].files = files;
      if (form.elements.dropped) form.elements.dropped.value = "1";
      form.requestSubmit();
    });
  }
  const anywhere = document.querySelector("[data-drop-anywhere]");
  if (!anywhere) return;
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault(); // a file the window would open is lost from sight with the page
    const files = event.dataTransfer && event.dataTransfer.files;
    if (!files || files.length !== 1 || !/\.csv$/i.test(files[0].name)) return;
    const field = document.createElement("input");
    [field.type, field.name, field.files] = ["file", anywhere.dataset.dropAnywhere, files];
    anywhere.append(field);
    anywhere.requestSubmit();
  });
})();
