// Moves the reply form under the comment being answered, and back. The form works without it.
(function () {
  "use strict";
  var box = document.getElementById("respond");
  var parent = box && box.querySelector("[data-parent-field]");
  if (!parent) return;
  var heading = document.getElementById("respond-heading");
  var cancel = box.querySelector(".cancel");
  var text = box.querySelector("textarea");
  var title = heading.textContent;
  var home = document.createComment("respond");
  box.parentNode.insertBefore(home, box);
  var asked = null;

  function goHome() {
    parent.value = "";
    heading.textContent = title;
    cancel.hidden = true;
    home.parentNode.insertBefore(box, home.nextSibling);
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a.reply[data-parent]");
    if (!link) return;
    event.preventDefault();
    asked = link;
    parent.value = link.getAttribute("data-parent");
    heading.textContent = link.getAttribute("aria-label");
    cancel.hidden = false;
    var comment = link.closest("article");
    comment.parentNode.insertBefore(box, comment.nextSibling);
    text.focus();
  });

  cancel.addEventListener("click", function () {
    goHome();
    if (asked) asked.focus();
  });

  box.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && !cancel.hidden && !event.isComposing) cancel.click();
  });
})();
