import { boot } from '../ui/boot.ts';
import App from './App.svelte';

boot(App);
