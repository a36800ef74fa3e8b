"""What was done to a customer, in words. Keys of an address, so that the page to which somebody is sent back says it."""

DONE = {
    "changed": "The changes are saved.",
    "renamed": "The changes are saved. Files that use the former name go on to find this customer.",
    "unchanged": "Nothing was changed.",
    "alias-added": "The alias is added: files that use it find this customer.",
    "alias-removed": "The alias is removed.",
    "alias-gone": "There is no such alias any more; nothing was changed.",
}
