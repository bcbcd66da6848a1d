"""The sandbox's 10DLC API, with brands and toll-free verification."""
