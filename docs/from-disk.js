// A browser does not let pages from disk read the index of the search.
if (location.protocol === "file:") {
  const notice = document.createElement("p");
  notice.textContent = "These pages were opened from disk, so the search does not work. Run `make docs-serve` to have it.";
  notice.style.cssText = "margin: 0; padding: .5rem 1rem; background: #fff3cd; color: #5c4300";
  document.body.prepend(notice);
}
