"""The Espoo example study: invented registers, and the plaintext oracle that checks the linked dataset."""
